import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createApiClient } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { failure } from './testing/failure.ts';
import { type Harness, harness } from './testing/harness.ts';
import { seedApp } from './testing/seed.ts';

let h: Harness;
beforeAll(async () => {
  h = await harness({ linkWaitMs: 5_000 });
});
afterAll(() => h[Symbol.asyncDispose]());

async function linked(options: Parameters<Harness['workspace']>[1] = {}) {
  const user = await h.user();
  const seeded = await h.workspace(user, options);
  const agent = await h.startAgent(seeded);
  return { user, seeded, agent, client: h.client(user), id: seeded.agentId };
}

const text = (output: { chunks: { data: string }[] }) => output.chunks.map(({ data }) => data).join('');
const agentRow = (id: string) =>
  h.database.db.selectFrom('workspace_agents').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

describe('an agent that links', () => {
  it('runs a command that was sent before it was there, and is shown as connected and ready', async () => {
    const { client, id, seeded } = await linked();
    const { process, output } = await client.processes.start({
      agent: id,
      command: 'echo $CODER_WORKSPACE_NAME',
      wait_ms: 20_000,
    });
    expect(process).toMatchObject({ state: 'exited', exit_code: 0 });
    expect(text(output)).toBe('web\n');
    await vi.waitFor(async () => {
      expect(await client.agents.get({ agent: id })).toMatchObject({
        status: 'connected',
        lifecycle_state: 'ready',
        operating_system: 'linux',
        health: { healthy: true },
      });
    }, 10_000);
    const agent = await client.agents.get({ agent: id });
    expect(agent.version).not.toBe('');
    expect(agent.expanded_directory).toMatch(/^\//);
    expect(Date.parse(agent.ready_at ?? '')).toBeGreaterThan(0);
    expect(h.activity).toContain(seeded.workspaceId);
  });

  it('writes the output of its scripts to the log, which can be waited for', async () => {
    const source = { id: randomUUID(), display_name: 'Startup', icon: '' };
    const script = {
      id: randomUUID(),
      log_source_id: source.id,
      display_name: 'Startup',
      script: 'echo hello from the script',
      run_on_start: true,
      run_on_stop: false,
      start_blocks_login: true,
      timeout_seconds: 60,
    };
    const { client, id } = await linked({ spec: { scripts: [script], log_sources: [source] } });
    const lines = await client.agents.logs({ agent: id, wait_ms: 20_000 });
    expect(lines).toMatchObject([{ output: 'hello from the script', source_id: source.id, level: 'info' }]);
    expect(await client.agents.logs({ agent: id, after: lines[0]?.id ?? 0 })).toEqual([]);
  });

  it('is replaced by a newer link of the same agent, and shown as gone when the last has ended', async () => {
    const { client, id, agent, seeded } = await linked();
    await client.processes.list({ agent: id });
    const first = h.server().agents.agentConnections.get(id);
    // The first dials again when it is replaced, so it must not be there any more.
    agent.child.kill('SIGSTOP');
    const second = await h.startAgent(seeded);
    await first?.closed;
    await vi.waitFor(() => expect(h.server().agents.agentConnections.get(id)).not.toBe(first));
    agent.child.kill('SIGKILL');
    agent.child.kill('SIGCONT');
    await client.processes.list({ agent: id });
    expect((await client.agents.get({ agent: id })).status).toBe('connected');
    await second.stop();
    await vi.waitFor(async () => {
      const shown = await client.agents.get({ agent: id });
      expect(shown).toMatchObject({ status: 'disconnected', lifecycle_state: 'off' });
    }, 10_000);
  });

  it('is refused once its token is retired, and its link is ended by the next heartbeat', async () => {
    const { client, id } = await linked();
    await client.processes.list({ agent: id });
    const connection = h.server().agents.agentConnections.get(id);
    await vi.waitFor(async () => expect((await agentRow(id)).replica_id).not.toBe(null));
    await h.database.db
      .updateTable('workspace_agents')
      .set({ token_hash: null })
      .where('id', '=', id)
      .execute();
    await h.server().agents.beat();
    expect(await connection?.closed).toContain('stopped');
    expect(h.server().agents.agentConnections.get(id)).toBe(undefined);
    const refused = await fetch(`${h.url}/api/v2/workspaceagents/me/app-status`, {
      method: 'PATCH',
      headers: { 'Coder-Session-Token': 'nonsense' },
    });
    expect(refused.status).toBe(401);
  });

  it('is the agent whose token it shows, whatever else it knows, and no user', async () => {
    const mine = await linked();
    const theirs = await linked();
    await mine.client.processes.list({ agent: mine.id });
    const first = h.server().agents.agentConnections.get(mine.id);
    // It runs where the first agent does not, and shows the token of a workspace of somebody else.
    const impostor = await h.startAgent(theirs.seeded);
    await vi.waitFor(async () => {
      const { output } = await theirs.client.processes.start({
        agent: theirs.id,
        command: 'pwd',
        wait_ms: 9_000,
      });
      expect(text(output).trim()).toBe(impostor.home);
    }, 10_000);
    expect(h.server().agents.agentConnections.get(mine.id)).toBe(first);
    const { output } = await mine.client.processes.start({ agent: mine.id, command: 'pwd', wait_ms: 9_000 });
    expect(text(output).trim()).toBe(mine.agent.home);

    const link = (token: string, path = '/api/v2/workspaceagents/me/link') => {
      const socket = new WebSocket(h.url.replace('http', 'ws') + path, {
        headers: { 'coder-session-token': token },
      });
      return once(
        socket.on('error', () => undefined),
        'unexpected-response',
      ).then(([, response]) => response.statusCode);
    };
    const agentToken = theirs.seeded.token;
    expect(await link(mine.user.token)).toBe(401);
    expect(await link(`${agentToken.slice(0, -1)}x`)).toBe(401);
    expect(await link(agentToken, `/api/v2/workspaceagents/${theirs.id}/logs?follow`)).toBe(401);
    expect(await link(agentToken, `/api/v2/workspaceagents/${theirs.id}/pty?reconnect=${randomUUID()}`)).toBe(
      401,
    );
    const asUser = createApiClient({ url: h.url, token: agentToken });
    for (const call of [
      () => asUser.agents.get({ agent: theirs.id }),
      () => asUser.processes.list({ agent: theirs.id }),
      () => asUser.files.stat({ agent: theirs.id, path: '~' }),
    ]) {
      expect(await failure(call())).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    }
  });

  it('shuts down when it is asked to', async () => {
    const { client, id, agent } = await linked();
    await client.processes.start({ agent: id, command: 'sleep 300' });
    expect(await h.server().agents.shutdownAgent(id, { graceMs: 500 })).toBe(true);
    await vi.waitFor(() => expect(agent.child.exitCode).toBe(0));
    expect(await h.server().agents.shutdownAgent(id, { graceMs: 500 })).toBe(false);
  });
});

describe('a server that is killed and comes back', () => {
  it('has the process, its whole output, and every line of the log once', async () => {
    const source = { id: randomUUID(), display_name: 'Startup', icon: '' };
    const script = {
      id: randomUUID(),
      log_source_id: source.id,
      display_name: 'Startup',
      script: 'for i in $(seq 200); do echo line $i; sleep 0.01; done',
      run_on_start: true,
      run_on_stop: false,
      start_blocks_login: true,
      timeout_seconds: 60,
    };
    const { client, id } = await linked({ spec: { scripts: [script], log_sources: [source] } });
    const command = 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done';
    const { process } = await client.processes.start({ agent: id, command, id: 'loop' });
    await client.agents.logs({ agent: id, wait_ms: 10_000 });
    const before = await agentRow(id);

    await h.restart();

    const wait = { wait_for: 'end' as const, wait_ms: 20_000 };
    const output = await client.processes.output({ agent: id, process: 'loop', ...wait });
    expect(text(output)).toBe('1\n2\n3\n4\n5\n6\n');
    expect(output.complete).toBe(true);
    expect((await client.processes.get({ agent: id, process: 'loop' })).pid).toBe(process.pid);
    await vi.waitFor(async () => expect((await agentRow(id)).lifecycle_state).toBe('ready'), 20_000);
    const lines = (await client.agents.logs({ agent: id })).map((line) => line.output);
    expect(lines).toEqual(Array.from({ length: 200 }, (_, i) => `line ${i + 1}`));
    expect(before.last_event_seq).toBeLessThan(200);
    expect((await agentRow(id)).boot_id).toBe(before.boot_id);
  });
});

describe('processes', () => {
  it('start once for an id, are listed, signalled and waited for', async () => {
    const { client, id } = await linked();
    const start = { agent: id, id: 'one', command: 'sleep 300' };
    expect((await client.processes.start(start)).started).toBe(true);
    expect((await client.processes.start(start)).started).toBe(false);
    const { processes } = await client.processes.list({ agent: id, state: 'running' });
    expect(processes.map((process) => process.id)).toEqual(['one']);
    const ended = await client.processes.signal({
      agent: id,
      process: 'one',
      signal: 'KILL',
      wait_ms: 10_000,
    });
    expect(ended).toMatchObject({ state: 'exited', signal: 'SIGKILL' });
    const missing = await failure(client.processes.get({ agent: id, process: 'none' }));
    expect(missing).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  it('outlive a caller that goes away, and no wait is longer than 45 s', async () => {
    const { client, id } = await linked();
    await client.processes.list({ agent: id });
    const caller = new AbortController();
    const call = client.processes.start(
      { agent: id, id: 'left', command: 'echo begun; sleep 300', wait_ms: 40_000 },
      { signal: caller.signal },
    );
    await vi.waitFor(async () => {
      const { processes } = await client.processes.list({ agent: id });
      expect(processes).toHaveLength(1);
    });
    caller.abort();
    await call.catch(() => undefined);
    expect((await client.processes.get({ agent: id, process: 'left' })).state).toBe('running');
    const tooLong = await failure(client.processes.get({ agent: id, process: 'left', wait_ms: 45_001 }));
    expect(tooLong).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(tooLong.validations[0]?.field).toBe('wait_ms');
  });
});

describe('files', () => {
  it('are written, edited and read, and a refusal names what is wrong', async () => {
    const { client, id } = await linked();
    const path = '~/a.txt';
    await client.files.write({ agent: id, path, content: 'one\ntwo\n' });
    const edit = (old_text: string) =>
      client.files.edit({ agent: id, files: [{ path, edits: [{ old_text, new_text: 'three' }] }] });
    await edit('two');
    expect((await client.files.readLines({ agent: id, path })).content).toBe('one\nthree\n');
    expect(await failure(client.files.stat({ agent: id, path: '~/nothing' }))).toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
    });
    const wrong = await failure(edit('zzz'));
    expect(wrong.status).toBe(400);
    expect(wrong.message).toContain('a.txt');
    const stale = await failure(client.files.write({ agent: id, path, content: '', if_match: 'another' }));
    expect(stale).toMatchObject({ code: 'PRECONDITION_FAILED', status: 412 });
  });
});

describe('who may', () => {
  it('is told nothing of the agent of somebody else', async () => {
    const { id } = await linked();
    const other = h.client(await h.user());
    const hidden = await failure(other.processes.list({ agent: id }));
    expect(hidden).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    const none = await failure(other.processes.list({ agent: randomUUID() }));
    expect(none.status).toBe(404);
  });

  it('needs the scope for what is inside a workspace, beyond reading it', async () => {
    const user = await h.user({ scopes: ['workspace:read'] });
    const { agentId } = await h.workspace(user);
    expect(await failure(h.client(user).processes.list({ agent: agentId }))).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
    expect((await h.client(user).agents.get({ agent: agentId })).id).toBe(agentId);
  });
});

describe('an agent that is not there', () => {
  it('is told from a workspace that is stopped', async () => {
    const user = await h.user();
    const { agentId } = await h.workspace(user, { transition: 'stop' });
    expect(await failure(h.client(user).processes.list({ agent: agentId }))).toMatchObject({
      code: 'WORKSPACE_NOT_RUNNING',
      status: 409,
      message: 'Workspace "web" is stopped. Start it first.',
    });
  });

  it('says since when and what to do', async () => {
    const user = await h.user();
    const long = new Date(h.clock.now().getTime() - 3_600_000);
    const { agentId } = await h.workspace(user, { at: long });
    const error = await failure(h.client(user).processes.list({ agent: agentId }));
    expect(error).toMatchObject({ code: 'AGENT_UNREACHABLE', status: 502 });
    expect(error.message).toContain('has not connected since it was started at 2026-01-02T02:04:05.000Z');
    expect(error.message).toContain('coder restart web');
  });
});

describe('a workspace that is stopped while its agent is still linked', () => {
  it('takes no more commands', async () => {
    const { client, id, seeded } = await linked();
    await client.processes.list({ agent: id });
    await client.processes.list({ agent: id });
    await h.database.db
      .updateTable('workspace_builds')
      .set({ transition: 'stop' })
      .where('id', '=', seeded.buildId)
      .execute();
    await h.database.pool.query(`select pg_notify('workspace_changed', $1)`, [seeded.workspaceId]);
    await vi.waitFor(async () => {
      expect(await failure(client.processes.list({ agent: id }))).toMatchObject({
        code: 'WORKSPACE_NOT_RUNNING',
      });
    });
  });
});

describe('the status of an app', () => {
  it('is stored for the apps of the agent that reports it', async () => {
    const user = await h.user();
    const seeded = await h.workspace(user);
    await seedApp(h.database.db, seeded, { slug: 'cc' });
    const report = (body: object) =>
      fetch(`${h.url}/api/v2/workspaceagents/me/app-status`, {
        method: 'PATCH',
        headers: { 'Coder-Session-Token': seeded.token },
        body: JSON.stringify(body),
      });
    const good = { app_slug: 'cc', state: 'working', message: 'building', uri: 'https://example.com' };
    expect((await report(good)).status).toBe(200);
    expect((await report({ ...good, message: 'x'.repeat(161) })).status).toBe(400);
    expect((await report({ ...good, state: 'dancing' })).status).toBe(400);
    expect((await report({ ...good, uri: 'javascript:alert(1)' })).status).toBe(400);
    expect((await report({ ...good, app_slug: 'other' })).status).toBe(404);
    const { apps } = await h.client(user).agents.get({ agent: seeded.agentId });
    expect(apps[0]?.statuses).toMatchObject([{ state: 'working', message: 'building' }]);
  });
});
