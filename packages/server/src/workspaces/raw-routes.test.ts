import type { AddressInfo } from 'node:net';
import type { ProvisionerLog } from '@coder/api';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { RawRequest, RawUpgrade } from '../http/index.ts';
import { serveWorkspaceStreams } from './raw-routes.ts';
import { createWorld, failure, type World } from './testing/world.ts';

type Handlers = {
  raw: (request: RawRequest) => Promise<Response>;
  upgrade: (request: RawUpgrade) => Promise<void>;
};

/** The handlers as the server registers them, without the pipeline in front, which has tests of its own. */
function handlersOf(world: World): Handlers {
  const handlers: Partial<Handlers> = {};
  serveWorkspaceStreams(
    {
      rawRoute: (_, handler) => {
        handlers.raw = async (request) => handler(request);
      },
      upgradeRoute: (_, handler) => {
        handlers.upgrade = async (request) => handler(request);
      },
    },
    world,
  );
  return handlers as Handlers;
}

const call = (world: World, params: Record<string, string>, signal?: AbortSignal) =>
  ({
    context: { actor: world.actor },
    params,
    url: new URL('http://server/?follow'),
    request: new Request('http://server/', signal ? { signal } : {}),
  }) as unknown as RawRequest;

it('streams a workspace as it changes', async () => {
  await using world = await createWorld();
  const { id } = await world.created('web');
  const handlers = handlersOf(world);
  const response = await handlers.raw(call(world, { workspace: id }));
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
  const unknown = await failure(handlers.raw(call(world, { workspace: world.organizationId })));
  expect(unknown.code).toBe('NOT_FOUND');
  expect((await failure(handlers.raw(call(world, { workspace: 'x' })))).code).toBe('VALIDATION_FAILED');
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
  const handlers = handlersOf(world);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const accepted = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const lines: string[] = [];
  client.on('message', (data) => lines.push((JSON.parse(String(data)) as ProvisionerLog).output));
  const closed = new Promise<number>((resolve) => client.once('close', resolve));
  const request = { ...call(world, { build: build.id }), accept: () => accepted };
  const served = handlers.upgrade(request as unknown as RawUpgrade);
  go.resolve();
  expect(await closed).toBe(1000);
  await served;
  expect(lines).toEqual(['Starting workspace ada/web', expect.stringContaining('the process is')]);
  server.close();
});
