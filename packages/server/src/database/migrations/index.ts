import type { Migration } from '../migrate.ts';
import { initial } from './0001-initial.ts';
import { oauth } from './0002-oauth.ts';
import { approvals } from './0003-approvals.ts';
import { organizations } from './0004-organizations.ts';
import { userSettings } from './0005-user-settings.ts';
import { buildSteps } from './0006-build-steps.ts';
import { insights } from './0007-insights.ts';
import { wholeArguments } from './0008-whole-arguments.ts';
import { portShares } from './0009-port-shares.ts';
import { usedFileLinks } from './0010-used-file-links.ts';
import { withdrawnBuilds } from './0011-withdrawn-builds.ts';

/**
 * Every migration, in order. A new one is a file here, `NNNN-what-it-does.ts`, that exports a `Migration`, and a line in this
 * list. A migration that has been released is never changed.
 */
export const migrations: readonly Migration[] = [
  initial,
  oauth,
  approvals,
  organizations,
  userSettings,
  buildSteps,
  insights,
  wholeArguments,
  portShares,
  usedFileLinks,
  withdrawnBuilds,
];
