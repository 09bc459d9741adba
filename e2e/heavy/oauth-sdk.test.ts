import { createApiClient, MCP_PATH } from '@coder/api';
import { UnauthorizedError } from '@modelcontextprotocol/client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, buildDashboard, launchBrowser } from '../harness/browser.ts';
import { createDeployment, type Deployment, waitUntil } from '../harness/deployment.ts';
import type { Era } from '../harness/mcp.ts';
import { starter } from '../harness/templates.ts';
import { verifies } from '../requirements.ts';
import { openUser, type User } from './consent.ts';
import { type PublishedDocuments, publishDocuments, publishingMissing } from './published-documents.ts';
import { type SdkProgramOptions, startSdkProgram } from './sdk-oauth.ts';

const missing = browserMissing ?? publishingMissing;
if (missing) console.warn(`The tests of signing in with the SDK's client are skipped: ${missing}.`);

/** Where the program of these tests publishes who it is. It names no port: it takes a free one each time. */
const document = 'https://program.example.com/oauth/client.json';
const published = {
  [document]: {
    client_id: document,
    client_name: 'Published program',
    redirect_uris: ['http://localhost/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
};

type Bash = { output: string; exit_code: number };
type Listed = { workspaces: { name: string }[] };

describe.skipIf(missing)("the SDK's client", { timeout: 90_000 }, () => {
  let documents: PublishedDocuments;
  let browser: Browser;
  let deployment: Deployment;
  let user: User;

  beforeAll(async () => {
    buildDashboard();
    documents = await publishDocuments(published);
    [deployment, browser] = await Promise.all([createDeployment({ env: documents.env }), launchBrowser()]);
    user = await openUser(browser, deployment);
    await starter(deployment, 'local');
    for (const name of ['demo', 'web']) {
      const created = await deployment.coder(['create', name, '--template', 'local', '--yes']);
      expect(created.code, created.stderr).toBe(0);
    }
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await deployment?.[Symbol.asyncDispose]();
    await documents?.[Symbol.asyncDispose]();
  });

  const program = (name: string, options: Partial<SdkProgramOptions> = {}) =>
    startSdkProgram({ url: deployment.url, user, name, ...options });
  const ways: [Era, string, string | undefined][] = [
    ['legacy', 'registers itself', undefined],
    ['modern', 'registers itself', undefined],
    ['legacy', 'publishes who it is', document],
    ['modern', 'publishes who it is', document],
  ];

  test.each(ways)(`${verifies('oauth.sdk')} (%s, %s)`, async (era, way, clientDocument) => {
    const name = `Program ${era}`;
    await using sdk = await program(name, clientDocument ? { document: clientDocument } : {});
    await using connected = await sdk.connect(era);
    expect((await connected.call<{ username: string }>('coder_get_authenticated_user')).username).toBe('ada');
    expect(sdk.asked).toHaveLength(1);
    expect(sdk.asked[0]?.searchParams.get('resource')).toBe(deployment.url + MCP_PATH);
    if (clientDocument) expect(sdk.client?.client_id).toBe(clientDocument);
    else expect(sdk.client?.client_id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await user.connections())[0]).toBe(clientDocument ? 'Published program' : name);
    expect(documents.fetched.includes(document)).toBe(ways.findIndex((w) => w[1] === way) >= 2);
  });

  test.each(['legacy', 'modern'] as const)(`${verifies('oauth.step-up')} (%s)`, async (era) => {
    await using sdk = await program('Careful program', { allowance: { may: [] } });
    await using connected = await sdk.connect(era);
    // The SDK keeps a list for as long as the server says it may.
    const names = async () =>
      (await connected.client.listTools(undefined, { cacheMode: 'refresh' })).tools.map(({ name }) => name);
    expect(await names()).toContain('coder_list_workspaces');
    expect(await names()).not.toContain('coder_workspace_bash');

    const bash = () =>
      connected.call<Bash>('coder_workspace_bash', { workspace: 'demo', command: 'echo it works' });
    // Nobody is at the browser: the call fails, and nothing has been run.
    sdk.allowance = undefined;
    await expect(bash()).rejects.toThrow(/user authorization|Unauthorized/i);
    expect(sdk.asked).toHaveLength(2);
    expect(sdk.asked[1]?.searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining(['workspace:read', 'workspace:ssh']),
    );
    sdk.allowance = { may: ['Work inside'] };
    expect((await sdk.withConsent(connected, bash)).output).toContain('it works');
    expect(sdk.asked).toHaveLength(3);
    expect(await names()).toContain('coder_workspace_bash');
    expect(await names()).not.toContain('coder_create_workspace');
  });

  test('is refused as long as the user does not allow more', async () => {
    await using sdk = await program('Pushing program', { allowance: { may: [] } });
    await using connected = await sdk.connect('modern');
    const bash = () => connected.call('coder_workspace_bash', { workspace: 'demo', command: 'true' });
    await expect(sdk.withConsent(connected, bash)).rejects.toThrow(UnauthorizedError);
    // Signing in, and each time that the tool was refused.
    expect(sdk.asked).toHaveLength(3);
    const refused = await fetch(deployment.url + MCP_PATH, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${sdk.tokens?.access_token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'coder_workspace_bash', arguments: { workspace: 'demo', command: 'true' } },
      }),
    });
    expect(refused.status).toBe(403);
    const challenge = refused.headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toMatch(/scope="[^"]*workspace:ssh/);
    expect(challenge).toContain(
      `resource_metadata="${deployment.url}/.well-known/oauth-protected-resource${MCP_PATH}"`,
    );
  });

  test(verifies('oauth.cimd-only'), async () => {
    const change = (mode: 'on' | 'off') =>
      deployment.client.oauth2Provider.updateSettings({ dynamic_client_registration: mode });
    await change('off');
    try {
      await using known = await program('Program', { document });
      await using connected = await known.connect('modern');
      expect(await connected.call('coder_get_authenticated_user')).toMatchObject({ username: 'ada' });
      await using unknown = await program('Unknown program');
      await expect(unknown.connect('modern')).rejects.toThrow(/registration/i);
      expect(unknown.asked).toEqual([]);
    } finally {
      await change('on');
    }
  });

  test('is told why when its document cannot be fetched', async () => {
    const nowhere = 'https://program.example.com/gone/client.json';
    await using sdk = await program('Lost program', { document: nowhere, allowance: null });
    await expect(sdk.connect('modern')).rejects.toThrow();
    // Only the user's browser is told: where the program waits for answers is not known.
    expect(await user.read(sdk.asked[0] ?? '')).toContain(
      'described at program.example.com, but this server could not read its document there',
    );
    expect(documents.fetched).toContain(nowhere);
    expect(sdk.tokens).toBeUndefined();
  });

  test('is told no when the user refuses', async () => {
    await using sdk = await program('Refused program', { allowance: null });
    await expect(sdk.connect('modern')).rejects.toThrow();
    const answer = await user.refuse(sdk.asked[0] ?? '');
    expect(answer.searchParams.get('error')).toBe('access_denied');
    expect(answer.searchParams.get('iss')).toBe(deployment.url);
  });

  test(verifies('oauth.chosen'), async () => {
    await using sdk = await program('Choosy program', {
      allowance: { may: ['Work inside'], workspaces: ['web'] },
    });
    await using connected = await sdk.connect('modern');
    const { workspaces } = await connected.call<Listed>('coder_list_workspaces');
    expect(workspaces.map(({ name }) => name)).toEqual(['web']);
    const bash = { command: 'echo "I am in $CODER_WORKSPACE_NAME"' };
    const inside = await connected.call<Bash>('coder_workspace_bash', { ...bash, workspace: 'web' });
    expect(inside).toMatchObject({ exit_code: 0, output: expect.stringContaining('I am in web') });
    // What it may not see is told as what does not exist.
    const hidden = await connected.fail('coder_workspace_bash', { ...bash, workspace: 'demo' });
    const absent = await connected.fail('coder_workspace_bash', { ...bash, workspace: 'nope' });
    expect(hidden.replaceAll('demo', 'nope')).toBe(absent);
    const rest = createApiClient({ url: deployment.url, token: sdk.tokens?.access_token ?? '' });
    expect((await rest.workspaces.list({})).workspaces.map(({ name }) => name)).toEqual(['web']);
    await expect(rest.workspaces.getByName({ user: 'me', name: 'demo' })).rejects.toMatchObject({
      status: 404,
    });
  });

  test(verifies('oauth.created'), async () => {
    await using sdk = await program('Tidy program', {
      allowance: { may: ['Create, start and stop', 'Work inside'], workspaces: 'created' },
    });
    await using connected = await sdk.connect('legacy');
    expect((await connected.call<Listed>('coder_list_workspaces')).workspaces).toEqual([]);
    await connected.fail('coder_workspace_bash', { workspace: 'demo', command: 'true' });
    await connected.call('coder_create_workspace', {
      user: 'me',
      name: 'own',
      template: 'local',
      rich_parameters: {},
    });
    await waitUntil(
      async () =>
        (
          await connected.call<{ ready: boolean }>('coder_workspace_readiness', {
            workspace: 'own',
            wait_ms: 20_000,
          })
        ).ready,
      60_000,
    );
    const inside = await connected.call<Bash>('coder_workspace_bash', {
      workspace: 'own',
      command: 'echo mine',
    });
    expect(inside.output).toContain('mine');
    const { workspaces } = await connected.call<Listed>('coder_list_workspaces');
    expect(workspaces.map(({ name }) => name)).toEqual(['own']);
  });
});
