import type { AddressInfo } from 'node:net';
import type { ProvisionerLog, Workspace } from '@coder/api';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { RawRequest, RawUpgrade } from '../http/index.ts';
import { serveWorkspaceStreams } from './raw-routes.ts';
import { createWorld, failure, type World } from './testing/world.ts';

type Raw = (request: RawRequest) => Promise<Response>;
type Upgrade = (request: RawUpgrade) => Promise<void>;

/** The handlers as the server registers them, without the pipeline in front, which has tests of its own. */
function handlersOf(world: World) {
  const raw: Partial<Record<string, Raw>> = {};
  const upgrade: Partial<Record<string, Upgrade>> = {};
  serveWorkspaceStreams(
    {
      rawRoute(name, handler) {
        raw[name] = async (request) => handler(request);
      },
      upgradeRoute(name, handler) {
        upgrade[name] = async (request) => handler(request);
      },
    },
    world,
  );
  return { raw: raw as Record<string, Raw>, upgrade: upgrade as Record<string, Upgrade> };
}

/** A WebSocket of which the server's end is given to whoever accepts it. */
async function webSocket() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const accepted = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const messages: unknown[] = [];
  client.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => client.once('close', resolve));
  return { accept: () => accepted, client, messages, closed, [Symbol.dispose]: () => server.close() };
}

const call = (world: World, params: Record<string, string>, signal?: AbortSignal) =>
  ({
    context: { actor: world.actor },
    params,
    query: {},
    url: new URL('http://server/?follow'),
    request: new Request('http://server/', signal ? { signal } : {}),
  }) as unknown as RawRequest;

it('streams a workspace as it changes', async () => {
  await using world = await createWorld();
  const { id } = await world.created('web');
  const { raw } = handlersOf(world);
  const response = await raw.watchWorkspace!(call(world, { workspace: id }));
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  await world.built(id, 'delete');
  // It ends by itself, because nothing comes after a delete.
  const events = (await response.text()).trim().split('\n\n');
  const states = events.map((event) => {
    const [name, data = ''] = event.split('\n');
    expect(name).toBe('event: data');
    return (JSON.parse(data.slice('data: '.length)) as { latest_build: { status: string } }).latest_build
      .status;
  });
  expect([states[0], states.at(-1)]).toEqual(['running', 'deleted']);
  const unknown = await failure(raw.watchWorkspace!(call(world, { workspace: world.organizationId })));
  expect(unknown.code).toBe('NOT_FOUND');
  expect((await failure(raw.watchWorkspace!(call(world, { workspace: 'x' })))).code).toBe(
    'VALIDATION_FAILED',
  );
});

it('sends the log of a build, one line a message, and closes when it has ended', async () => {
  await using world = await createWorld();
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  world.provisioner.hooks.onStart = async () => {
    reached.resolve();
    await go.promise;
  };
  const { latest_build: build } = await world.create('web');
  await reached.promise;
  const { upgrade } = handlersOf(world);
  using socket = await webSocket();
  const request = { ...call(world, { build: build.id }), accept: socket.accept };
  const served = upgrade.followBuildLogs!(request as unknown as RawUpgrade);
  go.resolve();
  expect(await socket.closed).toBe(1000);
  await served;
  expect(socket.messages.map((line) => (line as ProvisionerLog).output)).toEqual([
    'Starting workspace ada/web',
    expect.stringContaining('the process is'),
  ]);
});

it('sends a workspace as it changes over a WebSocket, too', async () => {
  await using world = await createWorld();
  const { id } = await world.created('web');
  const { upgrade } = handlersOf(world);
  using socket = await webSocket();
  const request = (workspace: string) =>
    ({ ...call(world, { workspace }), accept: socket.accept }) as unknown as RawUpgrade;
  // Nothing is accepted before it is clear that the workspace may be seen.
  const hidden = await failure(upgrade.watchWorkspaceSocket!(request(world.organizationId)));
  expect(hidden.code).toBe('NOT_FOUND');
  const served = upgrade.watchWorkspaceSocket!(request(id));
  await expect.poll(() => socket.messages.length).toBe(1);
  await world.built(id, 'delete');
  expect(await socket.closed).toBe(1000);
  await served;
  const statuses = (socket.messages as { type: string; data: Workspace }[]).map(({ type, data }) => {
    expect(type).toBe('data');
    return data.latest_build.status;
  });
  expect([statuses[0], statuses.at(-1)]).toEqual(['running', 'deleted']);
});
