import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { startClient } from './client-process.ts';
import { type ClientWorld, createClientWorld, signingInMissing } from './client-world.ts';
import { clientEnv, clientProgram } from './clients.ts';
import { freePort } from './free-port.ts';
import { published, registeredId } from './published-clients.ts';
import { connectProgram } from './stdio-client.ts';
import { authorizeAddress } from './transcript.ts';

if (signingInMissing) {
  console.warn(`The tests of signing in with mcp-remote and the Inspector are skipped: ${signingInMissing}.`);
}

describe.skipIf(signingInMissing)('tools for MCP sign in by the address alone', { timeout: 90_000 }, () => {
  let world: ClientWorld;
  beforeAll(async () => {
    world = await createClientWorld();
  }, 180_000);
  afterAll(() => world?.[Symbol.asyncDispose]());

  describe('mcp-remote', () => {
    test(verifies('oauth.mcp-remote'), async () => {
      const env = world.newHome();
      // Left to itself it takes one of any number, and browsers open no pages at some of the lower ones.
      const port = String(await freePort());
      const start = () =>
        connectProgram(
          clientProgram('mcp-remote'),
          [world.mcp, port, '--allow-http', '--host', '127.0.0.1'],
          clientEnv(env),
        );
      {
        await using bridge = start();
        await world.user.allow((await bridge.printed(authorizeAddress))[0]);
        const client = await bridge.connected;
        expect(await client.call('coder_get_authenticated_user')).toMatchObject({ username: 'ada' });
      }
      {
        await using bridge = start();
        const client = await bridge.connected;
        expect((await client.client.listTools()).tools.map(({ name }) => name)).toContain(
          'coder_workspace_bash',
        );
        expect(bridge.text()).not.toMatch(authorizeAddress);
      }
      const [name = ''] = await world.user.connections();
      expect(name).toContain('MCP');
      await world.user.disconnect(name);
      await using bridge = start();
      await bridge.printed(authorizeAddress);
    });
  });

  describe(verifies('oauth.inspector'), () => {
    let callback: string;
    beforeAll(async () => {
      callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
    });
    const inspector = (env: Record<string, string>, ...args: string[]) =>
      startClient(
        'mcp-inspector',
        ['--cli', world.mcp, '--transport', 'http', '--format', 'json', '--callback-url', callback, ...args],
        {
          cwd: world.deployment.home,
          env: { ...env, MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' },
        },
      );
    const whoami = ['--method', 'tools/call', '--tool-name', 'coder_get_authenticated_user'];

    test.each([
      ['legacy', 'registers itself'],
      ['modern', 'registers itself'],
      ['legacy', 'publishes who it is'],
      ['modern', 'publishes who it is'],
    ])('%s, %s', async (era, way) => {
      const env = world.newHome();
      const isPublished = way === 'publishes who it is';
      const document = isPublished ? ['--client-metadata-url', published.inspector] : [];
      const args = ['--protocol-era', era, ...document];
      {
        await using first = inspector(env, ...whoami, ...args);
        const asked = await world.allowed(first, { may: [] });
        expect(first.text()).toContain('\\"username\\":\\"ada\\"');
        const id = asked.searchParams.get('client_id');
        if (isPublished) expect(id).toBe(published.inspector);
        else expect(id).toMatch(registeredId);
      }
      await using again = inspector(env, ...whoami, ...args, '--stored-auth-only');
      expect(await again.ended, again.text()).toBe(0);
      // A tool that was not allowed does not exist for it.
      const bash = [
        '--method',
        'tools/call',
        '--tool-name',
        'coder_workspace_bash',
        '--tool-arg',
        'command=true',
      ];
      await using refused = inspector(env, ...bash, ...args, '--stored-auth-only');
      expect(await refused.ended).not.toBe(0);
      expect(refused.text()).toContain('tool_not_found');
    });
  });
});
