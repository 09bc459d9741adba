import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { type ClientProcess, startClient } from './client-process.ts';
import { type ClientWorld, createClientWorld, signingInMissing } from './client-world.ts';
import { clientMissing } from './clients.ts';
import { callCodexTool } from './codex-app-server.ts';
import { published, registeredId } from './published-clients.ts';
import { authorizeAddress } from './transcript.ts';

if (signingInMissing) {
  console.warn(`The tests of signing in with AI agents are skipped: ${signingInMissing}.`);
}

describe.skipIf(signingInMissing)('AI agents sign in by the address alone', { timeout: 90_000 }, () => {
  let world: ClientWorld;
  beforeAll(async () => {
    world = await createClientWorld();
  }, 180_000);
  afterAll(() => world?.[Symbol.asyncDispose]());

  describe('Claude Code', () => {
    type Claude = { run(...args: string[]): ClientProcess; status(): Promise<string> };
    function claude(secret: string): Claude {
      const home = world.newHome();
      const env = {
        ...home,
        CLAUDE_CONFIG_DIR: join(home.HOME, 'claude'),
        DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        // What it otherwise asks for.
        MCP_CLIENT_SECRET: secret,
      };
      const run = (...args: string[]) =>
        startClient('claude', ['mcp', ...args], { env, cwd: home.HOME, terminal: true });
      return {
        run,
        async status() {
          await using list = run('list');
          await list.ended;
          return /\(HTTP\) +- +(.*)/.exec(list.text())?.[1]?.trim() ?? list.text();
        },
      };
    }
    async function added(entered?: { id: string; secret: string }): Promise<Claude> {
      const client = claude(entered?.secret ?? '');
      const known = entered ? ['--client-id', entered.id, '--client-secret'] : [];
      await using add = client.run('add', '--transport', 'http', ...known, 'coder', world.mcp);
      expect(await add.ended, add.text()).toBe(0);
      return client;
    }

    test(verifies('oauth.claude-code'), async ({ skip }) => {
      skip(clientMissing('claude') !== undefined, clientMissing('claude'));
      const client = await added();
      expect(await client.status()).toMatch(/Needs authentication/);
      await using login = client.run('login', 'coder', '--no-browser');
      const asked = await world.allowed(login);
      expect(asked.searchParams.get('client_id')).toBe(published.claude);
      expect(world.fetched).toContain(published.claude);
      expect(login.text()).toContain('Authenticated with "coder"');
      expect(await client.status()).toMatch(/✔ Connected/);
      expect((await world.user.connections())[0]).toBe('Claude Code');
      await world.user.disconnect('Claude Code');
      expect(await client.status()).toMatch(/Needs authentication/);
    });

    test('registers itself where its document is not taken, with the answer pasted into it', async ({
      skip,
    }) => {
      skip(clientMissing('claude') !== undefined, clientMissing('claude'));
      await world.whileAllowed({ dcr: true }, async () => {
        const client = await added();
        await using login = client.run('login', 'coder', '--no-browser');
        const [address] = await login.printed(authorizeAddress);
        expect(new URL(address).searchParams.get('client_id')).toMatch(registeredId);
        // As on a machine whose loopback the user's browser does not reach: the answer is pasted.
        login.type(`${await world.user.answer(address)}\r`);
        expect(await login.ended, login.text()).toBe(0);
        expect(login.text()).toContain('Authenticated with "coder"');
        expect(await client.status()).toMatch(/✔ Connected/);
      });
    });

    test(verifies('oauth.entered'), async ({ skip }) => {
      skip(clientMissing('claude') !== undefined, clientMissing('claude'));
      await world.whileAllowed({}, async () => {
        const entered = await world.enter('Our Claude', 'http://localhost/callback');
        const client = await added(entered);
        await using login = client.run('login', 'coder', '--no-browser');
        const asked = await world.allowed(login);
        expect(asked.searchParams.get('client_id')).toBe(entered.id);
        expect(await client.status()).toMatch(/✔ Connected/);
        const unknown = await added();
        expect(await unknown.status()).toContain('does not support dynamic client registration');
      });
    });
  });

  describe('Codex', () => {
    function codex() {
      const home = world.newHome();
      const env = { ...home, CODEX_HOME: join(home.HOME, 'codex') };
      mkdirSync(env.CODEX_HOME);
      // In a file, because a machine for tests has no keyring.
      writeFileSync(join(env.CODEX_HOME, 'config.toml'), 'mcp_oauth_credentials_store = "file"\n');
      return {
        env,
        run: (...args: string[]) => startClient('codex', ['mcp', ...args], { env, cwd: home.HOME }),
      };
    }

    test(verifies('oauth.codex'), async ({ skip }) => {
      skip(clientMissing('codex') !== undefined, clientMissing('codex'));
      const { env, run } = codex();
      const call = (tool: string, args = {}) => callCodexTool(env, 'coder', tool, args);
      const bash = () => call('coder_workspace_bash', { workspace: 'nowhere', command: 'true' });
      await using add = run('add', 'coder', '--url', world.mcp);
      const asked = await world.allowed(add, { may: [] });
      expect(asked.searchParams.get('client_id')).toBe(published.codex);
      expect(add.text()).toContain('Successfully logged in');
      expect((await call('coder_get_authenticated_user')).structuredContent).toMatchObject({
        username: 'ada',
      });
      await expect(bash()).rejects.toThrow('Insufficient scope');
      // Codex does not ask again by itself; its user signs in anew, and allows more.
      await using login = run('login', 'coder');
      await world.allowed(login, { may: ['Work inside'] });
      expect(await bash()).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('No workspace "nowhere"') }],
      });
      expect((await world.user.connections()).slice(0, 2)).toEqual(['Codex', 'Codex']);
      await world.user.disconnect('Codex');
      await expect(call('coder_get_authenticated_user')).rejects.toThrow('Auth required');
    });

    test.for([
      ['where its document is not taken', { dcr: true }, []],
      ['when it is told to', { dcr: true, cimd: true }, ['--oauth-client-registration', 'dcr']],
    ] as const)('registers itself %s, without a browser on its machine', async ([, ways, told], { skip }) => {
      skip(clientMissing('codex') !== undefined, clientMissing('codex'));
      await world.whileAllowed(ways, async () => {
        const { env, run } = codex();
        writeFileSync(
          join(env.CODEX_HOME, 'config.toml'),
          `mcp_oauth_credentials_store = "file"\n[mcp_servers.coder]\nurl = "${world.mcp}"\n`,
        );
        await using login = run('login', 'coder', '--no-browser', ...told);
        const [address] = await login.printed(authorizeAddress);
        login.type(`${await world.user.answer(address)}\n`);
        expect(await login.ended, login.text()).toBe(0);
        expect(new URL(address).searchParams.get('client_id')).toMatch(registeredId);
        const { structuredContent } = await callCodexTool(env, 'coder', 'coder_get_authenticated_user');
        expect(structuredContent).toMatchObject({ username: 'ada' });
      });
    });

    test(verifies('oauth.entered'), async ({ skip }) => {
      skip(clientMissing('codex') !== undefined, clientMissing('codex'));
      await world.whileAllowed({}, async () => {
        const { id, secret } = await world.enter('Our Codex', 'http://127.0.0.1/callback');
        const { env, run } = codex();
        const known = ['--oauth-client-id', id, '--oauth-client-secret', secret];
        await using add = run('add', 'coder', '--url', world.mcp, ...known);
        expect((await world.allowed(add)).searchParams.get('client_id')).toBe(id);
        const { structuredContent } = await callCodexTool(env, 'coder', 'coder_get_authenticated_user');
        expect(structuredContent).toMatchObject({ username: 'ada' });
      });
    });
  });
});
