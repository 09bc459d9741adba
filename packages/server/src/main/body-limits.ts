import { parseAppHost } from '@coder/api';
import { isStreamedBody } from '../agents/index.ts';
import { isAppPath } from '../apps/index.ts';
import { type BodyLimits, defaultBodyLimitBytes } from '../http/index.ts';

/**
 * Bodies of any length where nothing holds them whole (what goes into a workspace or to an app of it), upstream's 10 MiB
 * elsewhere. `appHost` is `--wildcard-access-url`.
 */
export const bodyLimits =
  (appHost: string): BodyLimits =>
  (path, host) =>
    isStreamedBody(path) || isAppPath(path) || parseAppHost(appHost, host) !== undefined
      ? undefined
      : defaultBodyLimitBytes;
