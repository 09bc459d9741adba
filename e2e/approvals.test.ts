import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ApiClient, type ApiError, createApiClient, MCP_PATH } from '@coder/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectHttp, connectStdio, type Era, type McpClient, type OpenPage } from './harness/mcp.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
let agent: string;
let workspace: string;
/** An API token of the owner. */
let token: string;
let program: ApiClient;

beforeAll(async () => {
  // Half of it goes to the person who decides.
  deployment = await createDeployment({ env: { CODER_MCP_HTTP_TIMEOUT: '4s' } });
  await starter(deployment, 'local');
  const created = await deployment.coder(['create', 'web', '--template', 'local', '--yes']);
  if (created.code !== 0) throw new Error(created.stderr);
  const [found] = (await deployment.client.workspaces.list({ q: 'name:web' })).workspaces;
  workspace = found?.id ?? '';
  agent = found?.latest_build.resources[0]?.agents?.[0]?.id ?? '';
  token = (await deployment.client.apiKeys.createToken({ user: 'me', token_name: 'ci' })).key;
  program = createApiClient({ url: deployment.url, token });
}, 90_000);
afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

beforeEach(async () => {
  await deployment.client.approvals.updatePolicy({ classes: ['delete', 'commands'] });
});
afterEach(async () => {
  await deployment.client.approvals.updatePolicy({ classes: [] });
  for (const { id } of await pending()) await deployment.client.approvals.deny({ approval: id });
});

const pending = async () => (await deployment.client.approvals.list({ status: 'pending' })).approvals;
const approve = (id: string) => deployment.client.approvals.approve({ approval: id });
/** The commands that have been started, as the agent knows them. */
const commands = async () =>
  (await deployment.client.processes.list({ agent })).processes.map(({ command }) => command);
const idIn = (text: string) => /\/approvals\/([0-9a-f-]{36})/.exec(text)?.[1] ?? '';
const failure = (call: Promise<unknown>): Promise<ApiError | undefined> =>
  call.then(
    () => undefined,
    (error: unknown) => error as ApiError,
  );

type Connect = (era: Era, openPage?: OpenPage) => Promise<McpClient>;
const overHttp: Connect = (era, openPage) => connectHttp(deployment.url, deployment.token, era, '', openPage);
const overStdio: Connect = (era, openPage) => connectStdio(deployment.env, era, [], openPage);
const transports: [name: string, connect: Connect][] = [
  ['HTTP', overHttp],
  ['stdio', overStdio],
];

describe.each(transports)('over %s', (transport, connect) => {
  describe.each(['modern', 'legacy'] as const)('a client of the %s era', (era) => {
    const name = `${transport}-${era}`;
    const bash = (suffix: string) => ({ workspace: 'web', command: `echo ${name}-${suffix}` });

    test(verifies('approvals.link'), { timeout: 60_000 }, async () => {
      await using mcp = await connect(era);
      const call = bash('link');
      const told = await mcp.fail('coder_workspace_bash', call);
      expect(told).toContain('needs the approval of ada: run a command in the workspace ada/web');
      expect(told).toContain(`${deployment.url}/approvals/`);
      expect(told).toContain('Nothing has been done yet');
      const id = idIn(told);
      expect(await deployment.client.approvals.get({ approval: id })).toMatchObject({
        status: 'pending',
        via: 'mcp',
        tool: 'coder_workspace_bash',
        target: { type: 'workspace', id: workspace, name: 'ada/web' },
        arguments: { command: call.command },
      });
      expect(await commands()).not.toContain(call.command);
      await approve(id);
      // One approval, two calls at once: one of them runs.
      const both = await Promise.allSettled([
        mcp.call('coder_workspace_bash', call),
        mcp.call('coder_workspace_bash', call),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect((await commands()).filter((command) => command === call.command)).toHaveLength(1);
      expect(idIn(await mcp.fail('coder_workspace_bash', call))).not.toBe(id);
    });

    test(verifies('approvals.page'), { timeout: 60_000 }, async () => {
      const pages: { url: string; message: string }[] = [];
      let answer: OpenPage = async () => 'accept';
      await using mcp = await connect(era, (page) => {
        pages.push(page);
        return answer(page);
      });
      // Over stateless HTTP nobody can ask a client of the older era for anything.
      const hasPage = !(transport === 'HTTP' && era === 'legacy');

      answer = async ({ url }) => {
        // The person decides a moment after the client has heard that the page is open.
        setImmediate(() => void approve(idIn(url)));
        return 'accept';
      };
      const approved = bash('page');
      if (!hasPage) {
        expect(idIn(await mcp.fail('coder_workspace_bash', approved))).not.toBe('');
        expect(pages).toEqual([]);
        return;
      }
      expect(await mcp.call('coder_workspace_bash', approved)).toMatchObject({ output: `${name}-page` });
      expect(pages).toMatchObject([
        {
          url: expect.stringContaining(`${deployment.url}/approvals/`),
          message: expect.stringContaining('run a command in the workspace ada/web'),
        },
      ]);

      answer = async ({ url }) => {
        await deployment.client.approvals.deny({ approval: idIn(url), reason: 'no' });
        return 'accept';
      };
      expect(await mcp.fail('coder_workspace_bash', bash('denied'))).toContain('ada has refused this');

      answer = async () => 'decline';
      expect(await mcp.fail('coder_workspace_bash', bash('declined'))).toContain('The user has declined');
      expect(await commands()).not.toContain(bash('declined').command);
      expect(await commands()).not.toContain(bash('denied').command);
    });
  });
});

test(verifies('approvals.undecided'), { timeout: 60_000 }, async () => {
  // Whatever a client answers, the decision is the person's.
  await using mcp = await connectHttp(deployment.url, deployment.token, 'modern', '', async () => 'accept');
  const call = { workspace: 'web', command: 'echo undecided' };
  expect(await mcp.fail('coder_workspace_bash', call)).toContain('needs the approval of ada');
  expect(await commands()).not.toContain(call.command);
  expect(await pending()).toHaveLength(1);
});

test(verifies('approvals.delete'), { timeout: 60_000 }, async () => {
  const builds = async () => (await deployment.client.workspaces.builds({ workspace })).length;
  const before = await builds();
  await using mcp = await connectStdio(deployment.env, 'modern');
  const told = await mcp.fail('coder_create_workspace_build', {
    workspace_id: workspace,
    transition: 'delete',
  });
  expect(told).toContain('delete the workspace ada/web');
  const [first] = await pending();
  expect(first).toMatchObject({ class: 'delete', arguments: { transition: 'delete' } });
  expect(await failure(program.workspaces.createBuild({ workspace, transition: 'delete' }))).toMatchObject({
    code: 'APPROVAL_REQUIRED',
  });
  // A template may delete what is dormant; to wake a workspace is no matter for a person.
  expect(await failure(program.workspaces.updateDormancy({ workspace, dormant: true }))).toMatchObject({
    code: 'APPROVAL_REQUIRED',
    message: expect.stringContaining('make the workspace ada/web dormant'),
  });
  expect(await program.workspaces.updateDormancy({ workspace, dormant: false })).toMatchObject({
    dormant_at: null,
  });
  expect(await builds()).toBe(before);
  // Another transition is no matter for a person, and nobody is asked about what does not exist.
  const absent = crypto.randomUUID();
  expect(
    await failure(program.workspaces.createBuild({ workspace: absent, transition: 'delete' })),
  ).toMatchObject({ code: 'NOT_FOUND' });
  expect(await pending()).toHaveLength(3);
});

test(verifies('approvals.inside'), { timeout: 60_000 }, async () => {
  const rest = await fetch(`${deployment.url}${MCP_PATH}/workspaces/web/execute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ command: 'echo rest' }),
  });
  expect(rest.status).toBe(428);
  const body = (await rest.json()) as { code: string; approval: { id: string; url: string } };
  expect(body).toMatchObject({ code: 'APPROVAL_REQUIRED' });
  expect(body.approval.url).toBe(`${deployment.url}/approvals/${body.approval.id}`);

  // The person's own session runs what it likes; the program's writing to its input is held up, byte for byte.
  await deployment.client.processes.start({ agent, id: 'listener', command: 'cat', stdin: 'pipe' });
  const write = (bytes: Uint8Array<ArrayBuffer>, close = false) =>
    program.raw(`/workspaceagents/${agent}/processes/listener/stdin?close=${close}`, {
      method: 'POST',
      body: bytes,
    });
  const words = new TextEncoder().encode('yes, do it\n');
  const error = await failure(write(words));
  expect(error).toMatchObject({ code: 'APPROVAL_REQUIRED' });
  const id = error?.approval?.id ?? '';
  expect(await deployment.client.approvals.get({ approval: id })).toMatchObject({
    route: 'POST /workspaceagents/{agent}/processes/{process}/stdin',
    token_name: 'ci',
    via: 'api',
    arguments: { process: 'listener', close: 'false', body: 'yes, do it\n' },
    facts: [
      { name: 'Agent', value: 'main' },
      { name: 'Command of the process', value: 'cat' },
    ],
  });
  await approve(id);
  const binary = await failure(write(new Uint8Array([0xff, 0x00])));
  expect(binary?.approval?.id).not.toBe(id);
  expect(
    (await deployment.client.approvals.get({ approval: binary?.approval?.id ?? '' })).arguments,
  ).toMatchObject({ body_base64: '/wA=' });
  await write(words);
  expect(await failure(write(words))).toMatchObject({ code: 'APPROVAL_REQUIRED' });
  expect(await failure(write(new Uint8Array(1024 * 1024 + 1)))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  const output = await deployment.client.processes.output({ agent, process: 'listener', wait_ms: 5_000 });
  expect(output.chunks.map(({ data }) => data).join('')).toBe('yes, do it\n');
  await deployment.client.processes.signal({ agent, process: 'listener', signal: 'KILL' });
  expect(await failure(write(words, true))).toMatchObject({ code: 'APPROVAL_REQUIRED' });

  // That nothing more comes is nothing to judge; an empty write beside it, and one that only claims to be empty, are held up.
  await deployment.client.processes.start({ agent, id: 'ending', command: 'cat', stdin: 'pipe' });
  const end = (close: string, body: string | ReadableStream) =>
    program.raw(`/workspaceagents/${agent}/processes/ending/stdin?close=${close}`, {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
  const none = new ReadableStream({ start: (stream) => stream.close() });
  const late = new ReadableStream({
    start(stream) {
      stream.enqueue(new Uint8Array(0));
      stream.enqueue(new TextEncoder().encode('rm -r .'));
      stream.close();
    },
  });
  expect(await failure(end('false', ''))).toMatchObject({ code: 'APPROVAL_REQUIRED' });
  expect(await failure(end('true', late))).toMatchObject({ code: 'APPROVAL_REQUIRED' });
  expect(await (await end('true', none)).json()).toMatchObject({ bytes: 0 });
  const { chunks } = await deployment.client.processes.output({ agent, process: 'ending', wait_ms: 5_000 });
  expect(chunks).toEqual([]);
  const ended = await deployment.client.processes.get({ agent, process: 'ending' });
  expect(ended).toMatchObject({ state: 'exited', exit_code: 0 });
  const nowhere = program.raw(`/workspaceagents/${agent}/processes/none/stdin`, {
    method: 'POST',
    body: words,
  });
  expect(await failure(nowhere)).toMatchObject({ status: 404 });
});

test(verifies('approvals.terminal'), { timeout: 60_000 }, async () => {
  /** What a terminal writes until it has written what is waited for, or the answer that there is none. */
  const terminal = crypto.randomUUID();
  const open = (command: string, until = '', { key = token, reconnect = terminal as string } = {}) =>
    new Promise<string>((resolve, reject) => {
      const query = new URLSearchParams({
        reconnect,
        width: '80',
        height: '24',
        command,
      });
      const upgrade = request(`${deployment.url}/api/v2/workspaceagents/${agent}/pty?${query}`, {
        headers: {
          'coder-session-token': key,
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': Buffer.from('an approved terminal'.slice(0, 16)).toString('base64'),
        },
      });
      upgrade.once('error', reject);
      upgrade.once('response', (response) => text(response).then(resolve, reject));
      upgrade.once('upgrade', (_, socket) => {
        let written = '';
        socket.on('data', (bytes: Buffer) => {
          written += bytes.toString();
          if (!written.includes(until)) return;
          socket.destroy();
          resolve(written);
        });
        socket.once('close', () => resolve(written));
      });
      upgrade.end();
    });
  const refused = JSON.parse(await open('echo in-a-terminal; sleep 5')) as { approval: { id: string } };
  expect(refused).toMatchObject({ code: 'APPROVAL_REQUIRED' });
  expect(await deployment.client.approvals.get({ approval: refused.approval.id })).toMatchObject({
    route: 'GET /workspaceagents/{agent}/pty',
    // Neither the token nor the size of the window.
    arguments: { command: 'echo in-a-terminal; sleep 5' },
  });
  await approve(refused.approval.id);
  expect(await open('echo something-else; sleep 5')).toContain('APPROVAL_REQUIRED');
  const elsewhere = { reconnect: crypto.randomUUID() };
  expect(await open('echo in-a-terminal; sleep 5', '', elsewhere)).toContain('APPROVAL_REQUIRED');
  expect(await open('echo in-a-terminal; sleep 5', 'in-a-terminal')).not.toContain('APPROVAL_REQUIRED');
  expect(await open('echo in-a-terminal; sleep 5')).toContain('APPROVAL_REQUIRED');
  const mine = { key: deployment.token, reconnect: crypto.randomUUID() };
  expect(await open('echo mine; sleep 5', 'mine', mine)).toContain('mine');
});

test(verifies('approvals.off'), { timeout: 60_000 }, async () => {
  await using mcp = await connectStdio(deployment.env, 'modern');
  const call = { workspace: 'web', command: 'echo on-and-off' };
  await mcp.fail('coder_workspace_bash', call);
  await deployment.client.approvals.updatePolicy({ classes: [] });
  expect(await mcp.call('coder_workspace_bash', call)).toMatchObject({ output: 'on-and-off' });
});
