import { afterEach, expect, it, vi } from 'vitest';
import { createNotifications, notify } from '../../database/index.ts';
import { createNoopLogger, testClock, testDatabase } from '../../testing/index.ts';
import type { AgentTarget } from './agent-target.ts';
import { createHeldTargets } from './held-targets.ts';

const stack = new AsyncDisposableStack();
afterEach(() => stack.disposeAsync());

it('holds a target until its workspace changes or its time is over', async () => {
  const database = stack.use(await testDatabase());
  const notifications = createNotifications({ url: database.url, log: createNoopLogger() });
  stack.defer(notifications.close);
  const clock = testClock();
  const held = await createHeldTargets({ clock, notifications });
  const target = { agentId: 'a', workspaceId: 'w' } as AgentTarget;
  const read = vi.fn(async () => [target]);

  await held.get('a', read);
  await held.get('a', read);
  expect(read).toHaveBeenCalledTimes(1);
  await notify(database.db, 'workspace_changed', 'w');
  await vi.waitFor(async () => {
    await held.get('a', read);
    expect(read).toHaveBeenCalledTimes(2);
  });
  clock.advance(5_000);
  await held.get('a', read);
  expect(read).toHaveBeenCalledTimes(3);

  // A change that comes while it is read.
  clock.advance(5_000);
  const heard = Promise.withResolvers<void>();
  await notifications.listen('workspace_changed', { notify: () => heard.resolve() });
  await held.get('a', async () => {
    await notify(database.db, 'workspace_changed', 'w');
    await heard.promise;
    return [target];
  });
  await held.get('a', read);
  expect(read).toHaveBeenCalledTimes(4);
});
