import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MCP_PATH } from '@coder/api';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, buildDashboard, launchBrowser } from '../harness/browser.ts';
import { createDeployment, type Deployment } from '../harness/deployment.ts';
import { verifies } from '../requirements.ts';
import { type ClientProcess, startClient } from './client-process.ts';
import { clientEnv, clientMissing, clientProgram, installClients } from './clients.ts';
import { callCodexTool } from './codex-app-server.ts';
import { openUser, type User } from './consent.ts';
import { freePort } from './free-port.ts';
import { clientDocuments, published } from './published-clients.ts';
import { type PublishedDocuments, publishDocuments, publishingMissing } from './published-documents.ts';
import { connectProgram } from './stdio-client.ts';
import { authorizeAddress } from './transcript.ts';

const missing = browserMissing ?? publishingMissing;
if (missing) console.warn(`The tests of signing in with others' clients are skipped: ${missing}.`);

/** The id of an application that has registered itself. */
const registeredId = /^[0-9a-f-]{36}$/;

describe.skipIf(missing)("others' clients sign in by the address alone", { timeout: 90_000 }, () => {
  let internet: PublishedDocuments;
  let browser: Browser;
  let deployment: Deployment;
  let user: User;
  let mcp: string;

  beforeAll(async () => {
    installClients();
    buildDashboard();
    internet = await publishDocuments(clientDocuments);
    [deployment, browser] = await Promise.all([createDeployment({ env: internet.env }), launchBrowser()]);
    user = await openUser(browser, deployment);
    mcp = deployment.url + MCP_PATH;
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await deployment?.[Symbol.asyncDispose]();
    await internet?.[Symbol.asyncDispose]();
  });

  /** A folder of its own for a client that has never been here. */
  function newHome(): { HOME: string; LANG: string } {
    return { HOME: mkdtempSync(join(deployment.home, 'client-')), LANG: 'C.UTF-8' };
  }

  /** Lets the user decide at the address that a client has printed, and waits for the client's end. */
  async function allowed(client: ClientProcess, may?: Parameters<User['allow']>[1]): Promise<URL> {
    const [address] = await client.printed(authorizeAddress);
    await user.allow(address, may);
    expect(await client.ended, client.text()).toBe(0);
    return new URL(address);
  }

  /** While applications can register themselves, but not publish who they are. */
  async function withoutDocuments(run: () => Promise<void>): Promise<void> {
    const set = (client_id_metadata_documents_enabled: boolean) =>
      deployment.client.oauth2Provider.updateSettings({ client_id_metadata_documents_enabled });
    await set(false);
    try {
      await run();
    } finally {
      await set(true);
    }
  }

  describe('mcp-remote', () => {
    test(verifies('oauth.mcp-remote'), async () => {
      const env = newHome();
      const start = () =>
        connectProgram(
          clientProgram('mcp-remote'),
          [mcp, '--allow-http', '--host', '127.0.0.1'],
          clientEnv(env),
        );
      {
        await using bridge = start();
        await user.allow((await bridge.printed(authorizeAddress))[0]);
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
      const [name = ''] = await user.connections();
      expect(name).toContain('MCP');
      await user.disconnect(name);
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
        ['--cli', mcp, '--transport', 'http', '--format', 'json', '--callback-url', callback, ...args],
        {
          cwd: deployment.home,
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
      const env = newHome();
      const isPublished = way === 'publishes who it is';
      const document = isPublished ? ['--client-metadata-url', published.inspector] : [];
      const args = ['--protocol-era', era, ...document];
      {
        await using first = inspector(env, ...whoami, ...args);
        const asked = await allowed(first, { may: [] });
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

  describe('Claude Code', () => {
    type Claude = { run(...args: string[]): ClientProcess; status(): Promise<string> };
    function claude(): Claude {
      const home = newHome();
      const env = {
        ...home,
        CLAUDE_CONFIG_DIR: join(home.HOME, 'claude'),
        DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
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
    async function added(): Promise<Claude> {
      const client = claude();
      await using add = client.run('add', '--transport', 'http', 'coder', mcp);
      expect(await add.ended, add.text()).toBe(0);
      expect(await client.status()).toMatch(/Needs authentication/);
      return client;
    }

    test(verifies('oauth.claude-code'), async ({ skip }) => {
      skip(clientMissing('claude') !== undefined, clientMissing('claude'));
      const client = await added();
      await using login = client.run('login', 'coder', '--no-browser');
      const asked = await allowed(login);
      expect(asked.searchParams.get('client_id')).toBe(published.claude);
      expect(internet.fetched).toContain(published.claude);
      expect(login.text()).toContain('Authenticated with "coder"');
      expect(await client.status()).toMatch(/✔ Connected/);
      expect((await user.connections())[0]).toBe('Claude Code');
      await user.disconnect('Claude Code');
      expect(await client.status()).toMatch(/Needs authentication/);
    });

    test('registers itself where its document is not taken, with the answer pasted into it', async ({
      skip,
    }) => {
      skip(clientMissing('claude') !== undefined, clientMissing('claude'));
      await withoutDocuments(async () => {
        const client = await added();
        await using login = client.run('login', 'coder', '--no-browser');
        const [address] = await login.printed(authorizeAddress);
        expect(new URL(address).searchParams.get('client_id')).toMatch(registeredId);
        // As on a machine whose loopback the user's browser does not reach: the answer is pasted.
        login.type(`${await user.answer(address)}\r`);
        expect(await login.ended, login.text()).toBe(0);
        expect(login.text()).toContain('Authenticated with "coder"');
        expect(await client.status()).toMatch(/✔ Connected/);
      });
    });
  });

  describe('Codex', () => {
    function codex() {
      const home = newHome();
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
      await using add = run('add', 'coder', '--url', mcp);
      const asked = await allowed(add, { may: [] });
      expect(asked.searchParams.get('client_id')).toBe(published.codex);
      expect(add.text()).toContain('Successfully logged in');
      expect((await call('coder_get_authenticated_user')).structuredContent).toMatchObject({
        username: 'ada',
      });
      await expect(bash()).rejects.toThrow('Insufficient scope');
      // Codex does not ask again by itself; its user signs in anew, and allows more.
      await using login = run('login', 'coder');
      await allowed(login, { may: ['Work inside'] });
      expect(await bash()).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('No workspace "nowhere"') }],
      });
      expect((await user.connections()).slice(0, 2)).toEqual(['Codex', 'Codex']);
      await user.disconnect('Codex');
      await expect(call('coder_get_authenticated_user')).rejects.toThrow('Auth required');
    });

    test('registers itself where its document is not taken, without a browser on its machine', async ({
      skip,
    }) => {
      skip(clientMissing('codex') !== undefined, clientMissing('codex'));
      await withoutDocuments(async () => {
        const { env, run } = codex();
        writeFileSync(
          join(env.CODEX_HOME, 'config.toml'),
          `mcp_oauth_credentials_store = "file"\n[mcp_servers.coder]\nurl = "${mcp}"\n`,
        );
        await using login = run('login', 'coder', '--no-browser');
        const [address] = await login.printed(authorizeAddress);
        login.type(`${await user.answer(address)}\n`);
        expect(await login.ended, login.text()).toBe(0);
        expect(new URL(address).searchParams.get('client_id')).toMatch(registeredId);
        const { structuredContent } = await callCodexTool(env, 'coder', 'coder_get_authenticated_user');
        expect(structuredContent).toMatchObject({ username: 'ada' });
      });
    });
  });
});
