import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld } from '../../../../server/src/main/testing/oauth-world.ts';
import { profiles } from './clients/index.ts';
import { examine } from './examine.ts';
import type { Finding, Report } from './report.ts';
import { parseTarget } from './target.ts';

let world: OAuthWorld;
beforeAll(async () => {
  // The page that asks the user is part of the dashboard, which a fresh clone has yet to build.
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../../../../../scripts/build-dashboard.mjs', import.meta.url)),
  ]);
  world = await createOAuthWorld();
  for (const { document } of profiles) {
    if (document === undefined) continue;
    world.documents.set(document, () =>
      Response.json({
        client_id: document,
        client_name: 'A client with a document',
        redirect_uris: [
          'https://claude.ai/api/mcp/auth_callback',
          'https://chatgpt.com/connector_platform_oauth_redirect',
          'http://127.0.0.1/',
        ],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      }),
    );
  }
});
afterAll(() => world?.[Symbol.asyncDispose]());

const allOf = (report: Report): Finding[] => [
  ...report.deployment,
  ...(report.login ?? []),
  ...report.clients.flatMap(({ findings }) => findings),
];
const notWell = (report: Report) =>
  allOf(report)
    .filter(({ mark }) => mark !== 'ok')
    .map(({ step, mark, what }) => `${mark} ${step}: ${what}`);
const hosted = (name: string, cloud: string) =>
  `warning address: The address is this machine's own and not https: ${name} connects from ${cloud}'s cloud and will not reach it; the rest is checked as if it did.`;
const notHttps = [hosted('claude.ai', 'Anthropic'), hosted('ChatGPT', 'OpenAI')];
const noWorkspace =
  'skipped streams: whether streams arrive cannot be told: the token sees no workspace to watch';

describe('the server itself, without a proxy', () => {
  it('is well but for the missing https, and is left as it was', async () => {
    const report = await examine({ target: parseTarget(world.url), token: world.owner.token });
    expect(notWell(report)).toEqual([noWorkspace, ...notHttps]);
    expect(report.connects).toBe(true);
    expect((await world.owner.client.oauth2Provider.listApps({})).apps).toEqual([]);
  });

  it('tells who may not register', async () => {
    const { oauth2Provider } = world.owner.client;
    await oauth2Provider.updateSettings({
      dynamic_client_registration: 'token',
      client_id_metadata_documents_enabled: false,
    });
    const withToken = await examine({ target: parseTarget(world.url), clients: profiles.slice(2, 3) });
    expect(notWell(withToken)).toContainEqual(
      expect.stringContaining('problem registration: Registration needs an initial access token'),
    );
    await oauth2Provider.updateSettings({ dynamic_client_registration: 'off' });
    const off = await examine({ target: parseTarget(world.mcpUrl), clients: profiles.slice(2, 3) });
    expect(notWell(off)).toContainEqual(
      expect.stringContaining('problem registration: Applications cannot register themselves here'),
    );
    expect(off.connects).toBe(false);
    await oauth2Provider.updateSettings({
      dynamic_client_registration: 'on',
      client_id_metadata_documents_enabled: true,
    });
  });
});

describe('a sign-in', () => {
  /** The person at the browser: opens the address, decides, and is sent back to this machine. */
  const person = (decision: 'allow' | 'deny') => (address: string) => {
    void (async () => {
      const browser = world.browser();
      const { uid } = await world.begin(browser, Object.fromEntries(new URL(address).searchParams));
      const answer = await browser.decide(
        uid,
        decision === 'allow' ? { decision, capabilities: ['look'] } : { decision },
      );
      await fetch(new URL(`${answer.origin}/callback?state=forged&code=forged`));
      expect(await (await fetch(answer)).text()).toContain('You can close this page');
    })();
  };

  it('goes the whole way, and ends what it was given', async () => {
    const report = await examine({ target: parseTarget(world.url), login: { tell: person('allow') } });
    expect(report.login?.map(({ step, mark }) => `${mark} ${step}`)).toEqual([
      'ok discovery',
      'ok metadata',
      'ok registration',
      'ok consent',
      'ok token',
      'ok refresh',
      'ok cleanup',
      'ok cleanup',
    ]);
    expect(notWell(report)).toEqual([noWorkspace, ...notHttps]);
    expect(JSON.stringify(report.clients)).toContain('calls coder_get_authenticated_user');
    expect((await world.owner.client.oauth2Provider.listApps({})).apps).toEqual([]);
    expect((await world.owner.client.oauth2.listGrants()).grants).toEqual([]);
  });

  it('that is refused is told, and deletes the application', async () => {
    const report = await examine({ target: parseTarget(world.url), login: { tell: person('deny') } });
    expect(report.login?.find(({ mark }) => mark === 'problem')).toMatchObject({
      step: 'consent',
      what: expect.stringContaining('The sign-in ended with "access_denied'),
    });
    expect(report.connects).toBe(false);
    expect((await world.owner.client.oauth2Provider.listApps({})).apps).toEqual([]);
  });

  it('that nobody makes ends by itself', async () => {
    const report = await examine({
      target: parseTarget(world.url),
      login: { tell: () => undefined, patienceMs: 50 },
      clients: [],
    });
    expect(report.login?.find(({ mark }) => mark === 'problem')?.what).toBe('Nobody has decided in time.');
  });
});
