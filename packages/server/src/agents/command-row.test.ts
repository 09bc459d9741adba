import { agentPaths } from '@coder/api/agent';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { failure } from './testing/failure.ts';
import { dialAsAgent, manifestApplied } from './testing/fake-agent.ts';
import { type Harness, harness } from './testing/harness.ts';

// A command is sent to its agent while its audit row is being written, and may run only when that is there.

let h: Harness;
let world: Awaited<ReturnType<typeof linked>>;

async function linked() {
  const user = await h.user();
  const seeded = await h.workspace(user);
  await h.startAgent(seeded);
  const client = h.client(user);
  const run = (id: string, command: string) =>
    client.processes.start({ agent: seeded.agentId, id, command, wait_ms: 20_000 });
  // The second finds a shell that waits for it.
  await run('first', 'true');
  await run('second', 'true');
  const { agentId: agent, workspaceId } = seeded;
  return { client, userId: user.user.id, workspaceId, agent, run };
}

beforeAll(async () => {
  h = await harness({ linkWaitMs: 5_000 });
  world = await linked();
});
afterAll(() => h[Symbol.asyncDispose]());

const idsOf = async () =>
  (await world.client.processes.list({ agent: world.agent })).processes.map(({ id }) => id);
/** The outcomes in the rows of what had an effect, or might have had; null in those that have none yet. */
const statuses = async () =>
  (
    await h.database.db
      .selectFrom('audit_logs')
      .select('status_code')
      .where('user_id', '=', world.userId)
      .where('action', '!=', 'read')
      .execute()
  ).map(({ status_code }) => status_code);

/** Keeps every audit row waiting until it is called. */
async function holdRows(): Promise<() => Promise<void>> {
  const holder = await h.database.pool.connect();
  await holder.query('begin');
  await holder.query('lock table audit_logs in access exclusive mode');
  return async () => {
    await holder.query('commit');
    holder.release();
  };
}

/** Resolves when a row waits for {@link holdRows}, by when its command has been sent as far as it will be. */
async function rowWaits(): Promise<void> {
  await vi.waitFor(async () => {
    const { rows } = await h.database.pool.query(
      `select from pg_locks where relation = 'audit_logs'::regclass and not granted`,
    );
    expect(rows.length).toBeGreaterThan(0);
  });
}

it('is sent before its row is there, and its request ends when it is', async () => {
  const user = await h.user();
  const { agentId, token } = await h.workspace(user);
  const said: { body?: unknown; ended: boolean } = { ended: false };
  await dialAsAgent(h.url, token, (path, stream, method) => {
    if (path.includes('manifest')) stream.end(manifestApplied);
    if (path !== agentPaths.processes || method !== 'POST') return;
    stream.on('data', (bytes: Buffer) => {
      said.body = JSON.parse(bytes.toString());
    });
    stream.on('end', () => {
      said.ended = true;
      stream.end('no answer of an agent');
    });
  });
  const release = await holdRows();
  const held = failure(h.client(user).processes.start({ agent: agentId, command: 'echo ran' }));
  try {
    await vi.waitFor(() => expect(said.body).toMatchObject({ command: 'echo ran' }));
    await rowWaits();
    expect(said.ended).toBe(false);
  } finally {
    await release();
  }
  await held;
  expect(said.ended).toBe(true);
});

it('does not run before its row is there, and runs when it is', async () => {
  const release = await holdRows();
  const held = world.run('held', 'echo ran');
  await rowWaits();
  const ids = await idsOf().finally(release);
  expect(ids).not.toContain('held');
  await expect(held).resolves.toMatchObject({ started: true, process: { exit_code: 0 } });
  await vi.waitFor(async () => expect((await statuses()).every((status) => status === 200)).toBe(true));
});

it('does not run when its row cannot be written, and says so', async () => {
  const { pool } = h.database;
  const before = (await statuses()).length;
  await pool.query('alter table audit_logs rename to audit_logs_away');
  const refused = await failure(world.run('refused', 'echo ran')).finally(() =>
    pool.query('alter table audit_logs_away rename to audit_logs'),
  );
  expect(refused).toMatchObject({ code: 'OVERLOADED', status: 503 });
  expect(refused.message).toBe('The audit log cannot be written now, so nothing was done.');
  expect(await idsOf()).not.toContain('refused');
  // Nothing is left of it: the same name starts it now, and only that has a row.
  await expect(world.run('refused', 'echo ran')).resolves.toMatchObject({ started: true });
  await vi.waitFor(async () => expect((await statuses()).length).toBe(before + 1));
});

it('does not run when the right to it has ended before the row is there', async () => {
  const { workspaceId } = world;
  const giveTo = async (userId: string) => {
    await h.database.pool.query('update workspaces set owner_id = $1 where id = $2', [userId, workspaceId]);
    await h.database.pool.query(`select pg_notify('workspace_changed', $1)`, [workspaceId]);
  };
  const other = await h.user();
  const release = await holdRows();
  const held = failure(world.run('taken', 'echo ran'));
  await rowWaits();
  await giveTo(other.user.id);
  // Another call of theirs meets it as well.
  await vi.waitFor(async () => expect((await failure(idsOf())).status).toBe(404));
  await release();
  expect(await held).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  await giveTo(world.userId);
  await vi.waitFor(async () => expect(await idsOf()).not.toContain('taken'));
});

it('does not run when the server is gone before the row is there', async () => {
  const release = await holdRows();
  const cut = failure(world.run('cut', 'echo ran'));
  await rowWaits();
  const link = h.server().agents.agentConnections.get(world.agent);
  const restarted = h.restart();
  await link?.closed;
  await release();
  await Promise.all([cut, restarted]);
  await vi.waitFor(async () => expect(await idsOf()).toContain('second'), 10_000);
  // The agent has linked anew, and so has met the end of the link that the request came by.
  expect(await idsOf()).not.toContain('cut');
});

it('has its row also when it may not be done', async () => {
  const before = (await statuses()).length;
  const gone = { agent: world.agent, command: 'true', cwd: '/nowhere/at/all' };
  expect(await failure(world.client.processes.start(gone))).toMatchObject({ status: 404 });
  await vi.waitFor(async () => {
    const all = await statuses();
    expect([all.length, all.filter((status) => status === 404).length]).toEqual([before + 1, 1]);
  });
});
