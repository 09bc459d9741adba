import { once } from 'node:events';
import { API_PREFIX, ApiError, SESSION_TOKEN_HEADER } from '@coder/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { callMcp } from './testing/mcp-calls.ts';
import { createNarrowWorld, type NarrowWorld } from './testing/narrow-world.ts';

/** Two people and a workspace of one of them that the other may use, over every way into it. */
let world: NarrowWorld;
let ada: NarrowWorld['owner']['client'];
let bob: NarrowWorld['member']['client'];
let crew: string;

beforeAll(async () => {
  world = await createNarrowWorld();
  ada = world.owner.client;
  bob = world.member.client;
  ({ id: crew } = await ada.groups.create({ organization: world.organization, name: 'crew' }));
}, 120_000);
afterEach(async () => {
  await ada.workspaces.deleteAcl({ workspace: world.a.workspace });
  await ada.groups.update({ group: crew, remove_users: [world.member.id] });
});
afterAll(() => world[Symbol.asyncDispose](), 60_000);

const share = (role: 'use' | 'admin' | '') =>
  ada.workspaces.updateAcl({
    workspace: world.a.workspace,
    user_roles: { [world.member.id]: role },
  });
const shareWithCrew = () =>
  ada.workspaces.updateAcl({ workspace: world.a.workspace, group_roles: { [crew]: 'use' } });
const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );
const headers = () => ({ [SESSION_TOKEN_HEADER]: world.member.token });
const at = (path: string) => `${world.url}${API_PREFIX}${path}`;

async function openTerminal(agent: string) {
  const address = at(`/workspaceagents/${agent}/pty?reconnect=${crypto.randomUUID()}&width=80&height=24`);
  const socket = new WebSocket(address.replace('http', 'ws'), { headers: headers() });
  const ended = once(socket, 'close').then(([status]) => String(status));
  await once(socket, 'open');
  return { socket, ended };
}

async function watch(workspace: string) {
  const response = await fetch(at(`/workspaces/${workspace}/watch`), { headers: headers() });
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  return async () => {
    for (;;) if ((await reader.read()).done) return 'end';
  };
}

/** An answer to what is typed shows that a terminal is alive. */
async function expectAlive(socket: WebSocket): Promise<void> {
  const answer = once(socket, 'message');
  socket.send(JSON.stringify({ data: 'echo alive\r' }));
  await answer;
  expect(socket.readyState).toBe(socket.OPEN);
}

describe('a workspace that is shared to be used', () => {
  it('is entered, found by its name and listed over MCP as the own ones are', async () => {
    const { agent, owner, name, workspace } = world.a;
    expect(await code(bob.processes.list({ agent }))).toBe('NOT_FOUND');
    await share('use');
    expect(await bob.agents.find({ owner, workspace: name })).toMatchObject([{ agent_id: agent }]);
    const notes = await bob.files.readLines({ agent, path: '~/notes.txt' });
    expect(notes.content).toContain('notes of alpha');
    const port = await fetch(`${world.url}/@${owner}/${name}/ports/48124/`, { headers: headers() });
    expect(await port.json()).toMatchObject({ code: 'AGENT_ERROR' });

    const call = (tool: string, args: object) =>
      callMcp(`${world.mcpUrl}?toolset=standard`, world.member.token, 'tools/call', {
        name: tool,
        arguments: args,
      });
    expect((await call('coder_list_workspaces', { owner: 'ada' })).text).toContain(workspace);
    const ran = await call('coder_workspace_bash', { workspace: 'ada/alpha', command: 'cat notes.txt' });
    expect(ran.text).toContain('notes of alpha');

    await share('');
    expect(await code(bob.processes.list({ agent }))).toBe('NOT_FOUND');
    expect(await bob.agents.find({ owner, workspace: name })).toEqual([]);
    expect((await call('coder_list_workspaces', { owner: 'ada' })).text).not.toContain(workspace);
  });

  it('is reached by a token of whom it is shared with only as far as the token reaches', async () => {
    await share('use');
    const { agent, workspace } = world.a;
    const token = async (scopes: string[], allow: string) => {
      const made = await bob.apiKeys.createToken({ user: 'me', scopes, allow_list: [allow] });
      return world.client(made.key);
    };
    const here = await token(['coder:all'], `workspace:${workspace}`);
    expect((await here.workspaces.list({})).workspaces.map(({ id }) => id)).toEqual([workspace]);
    expect(await code(here.processes.list({ agent }))).toBe('ok');
    const there = await token(['coder:all'], `workspace:${world.c.workspace}`);
    expect((await there.workspaces.list({})).workspaces.map(({ id }) => id)).toEqual([world.c.workspace]);
    expect(await code(there.processes.list({ agent }))).toBe('NOT_FOUND');
    const look = await token(['workspace:read'], 'workspace:*');
    expect(await code(look.workspaces.get({ workspace }))).toBe('ok');
    expect(await code(look.processes.list({ agent }))).toBe('INSUFFICIENT_SCOPE');
    await share('');
    expect(await code(here.workspaces.get({ workspace }))).toBe('NOT_FOUND');
  });

  it('is over with the share, and the own ones go on', async () => {
    await share('use');
    const [there, own] = [await openTerminal(world.a.agent), await openTerminal(world.c.agent)];
    const watched = await watch(world.a.workspace);
    await share('');
    expect(await there.ended).toMatch(/^100[68]$/);
    expect(await watched()).toBe('end');
    await expectAlive(own.socket);
    own.socket.close();
  });

  it('goes on for whom it is shared with as more, or shared with somebody else', async () => {
    await share('use');
    const there = await openTerminal(world.a.agent);
    await share('admin');
    await shareWithCrew();
    await expectAlive(there.socket);
    there.socket.close();
  });

  it('is over for who leaves the group that shares it', async () => {
    await shareWithCrew();
    const { agent } = world.a;
    expect(await code(bob.processes.list({ agent }))).toBe('NOT_FOUND');
    await ada.groups.update({ group: crew, add_users: [world.member.id] });
    expect(await code(bob.processes.list({ agent }))).toBe('ok');
    const there = await openTerminal(agent);
    await ada.groups.update({ group: crew, remove_users: [world.member.id] });
    expect(await code(bob.processes.list({ agent }))).toBe('NOT_FOUND');
    expect(await there.ended).toMatch(/^100[68]$/);
  });

  it('is over with the group', async () => {
    const { id } = await ada.groups.create({ organization: world.organization, name: 'passing' });
    await ada.groups.update({ group: id, add_users: [world.member.id] });
    await ada.workspaces.updateAcl({ workspace: world.a.workspace, group_roles: { [id]: 'use' } });
    const there = await openTerminal(world.a.agent);
    await ada.groups.delete({ group: id });
    expect(await code(bob.workspaces.get({ workspace: world.a.workspace }))).toBe('NOT_FOUND');
    expect(await there.ended).toMatch(/^100[68]$/);
  });
});

it('ends what is open when a role in the organization is given or taken', async () => {
  const own = await openTerminal(world.c.agent);
  const set = (roles: string[]) =>
    ada.organizations.updateMemberRoles({ organization: 'default', user: 'bob', roles });
  await set(['organization-workspace-creation-ban']);
  expect(await own.ended).toMatch(/^100[68]$/);
  const request = { user: 'me', name: 'banned', template_id: world.template.id };
  expect(await code(bob.workspaces.create(request))).toBe('FORBIDDEN');
  await set([]);
});

it('writes down who shared what with whom', async () => {
  await share('admin');
  const latest = async () => {
    const q = 'resource_type:workspace action:write';
    const { audit_logs: rows } = await ada.deployment.audit({ q, limit: 1 });
    return rows[0];
  };
  // The outcome is written behind the answer.
  await expect.poll(latest).toMatchObject({
    resource_target: 'ada/alpha',
    diff: { 'user:bob': { old: '', new: 'admin' } },
    user: { username: 'ada' },
  });
});

it('demands a session of their own to share, from those who want to approve what programs do', async () => {
  const token = world.client(await world.apiToken(['coder:all'], ['*:*']));
  const attempt = () =>
    code(
      token.workspaces.updateAcl({ workspace: world.b.workspace, user_roles: { [world.member.id]: 'use' } }),
    );
  const policy = (classes: ('delete' | 'commands')[]) =>
    ada.approvals.updateUserPolicy({ user: 'me', classes });
  await policy(['commands']);
  try {
    expect(await attempt()).toBe('SESSION_REQUIRED');
  } finally {
    await policy([]);
  }
  expect(await attempt()).toBe('ok');
  await ada.workspaces.deleteAcl({ workspace: world.b.workspace });
});
