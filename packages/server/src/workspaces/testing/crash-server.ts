import type { Transition } from '@coder/api';
import { createDatabase } from '../../database/index.ts';
import type { Seeded } from './seed.ts';
import { createWorld } from './world.ts';

/** What the parent process tells this one to do. */
export type CrashOrder = {
  url: string;
  directory: string;
  dataDir: string;
  transition: Transition;
  seeded: Pick<Seeded, 'organizationId' | 'templateId' | 'versionId'>;
  user: { id: string; username: string };
};

const order = JSON.parse(process.argv[2] ?? '{}') as CrashOrder;

/** Says that it is in the middle of the build, and stays there until it is killed. */
const hang = () => {
  process.send?.('hanging');
  return new Promise<void>(() => {});
};

const database = createDatabase({ url: order.url, maxConnections: 5 });
await createWorld({
  database: { ...database, [Symbol.asyncDispose]: database.close },
  // Nobody asks this server anything, so it needs no actor.
  seeded: { ...order.seeded, user: { ...order.user, actor: undefined as never } },
  directory: order.directory,
  dataDir: order.dataDir,
  prepare: ({ hooks }) => {
    if (order.transition === 'start') hooks.onStart = hang;
    else hooks.onEnd = hang;
  },
});
process.send?.('ready');
