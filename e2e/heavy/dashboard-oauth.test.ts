import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiClient, MCP_PATH } from '@coder/api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, buildDashboard, launchBrowser, screenshot, visit } from '../harness/browser.ts';
import { createDeployment, type Deployment, owner } from '../harness/deployment.ts';
import { starter } from '../harness/templates.ts';
import { verifies } from '../requirements.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
type Answer = Record<string, string>;

if (browserMissing) console.warn(`The dashboard's OAuth tests are skipped: ${browserMissing}.`);

describe.skipIf(browserMissing)('the dashboard and applications', { timeout: 90_000 }, () => {
  let deployment: Deployment;
  let browser: Browser;
  /** The application: a program on this computer that waits for the answer. */
  let application: Server;
  let redirect: string;

  beforeAll(async () => {
    buildDashboard();
    [deployment, browser] = await Promise.all([createDeployment(), launchBrowser()]);
    await starter(deployment, 'local');
    for (const name of ['demo', 'web']) {
      const created = await deployment.coder(['create', name, '--template', 'local', '--yes']);
      expect(created.code, created.stderr).toBe(0);
    }
    application = createServer((_, response) => response.end('The application has the answer.'));
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
    redirect = `http://127.0.0.1:${(application.address() as AddressInfo).port}/callback`;
  }, 120_000);

  afterAll(async () => {
    application?.close();
    await browser?.close();
    await deployment?.[Symbol.asyncDispose]();
  });

  async function signedIn(options = {}) {
    const visited = await visit(browser, deployment.url, options);
    await visited.context.addCookies([
      { name: 'coder_session_token', value: deployment.token, url: deployment.url },
    ]);
    return visited;
  }

  async function post(path: string, form: Record<string, string>): Promise<Answer> {
    const response = await fetch(deployment.url + path, { method: 'POST', body: new URLSearchParams(form) });
    return (await response.json()) as Answer;
  }

  async function register(name: string): Promise<Response> {
    return fetch(`${deployment.url}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: name,
        redirect_uris: [redirect],
        token_endpoint_auth_method: 'none',
      }),
    });
  }

  /** Registers an application and returns the address it opens in the browser, and how it goes on with a code. */
  async function begin(name: string) {
    const { client_id = '' } = (await (await register(name)).json()) as Answer;
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id,
      redirect_uri: redirect,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state: 'the-state',
      resource: `${deployment.url}${MCP_PATH}`,
    });
    const exchange = (code: string) =>
      post('/oauth2/tokens', {
        grant_type: 'authorization_code',
        code,
        client_id,
        redirect_uri: redirect,
        code_verifier: verifier,
      });
    return { address: `/oauth2/authorize?${query}`, exchange };
  }

  /** The answer that the application gets. */
  async function answered(page: Page): Promise<URLSearchParams> {
    await page.getByText('The application has the answer.').waitFor();
    return new URL(page.url()).searchParams;
  }

  test(verifies('dashboard.consent'), async () => {
    const { address, exchange } = await begin('Test agent');
    await using visited = await visit(browser, deployment.url);
    const { page, problems } = visited;
    await page.goto(address);
    await page.getByLabel('Email').waitFor();
    await screenshot(page, 'sign-in');
    await page.getByLabel('Email').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Test agent asks for access' }).waitFor();
    await page.getByText('It registered itself, and nobody has checked its name').waitFor();
    await page.getByText('a program on this computer').waitFor();
    await page.getByText(redirect).waitFor();
    await page.getByText('ada@example.com').waitFor();
    await screenshot(page, 'consent', true);

    const allow = page.getByRole('button', { name: 'Allow' });
    for (const name of ['Create, start and stop', 'Work inside']) {
      await page.getByRole('checkbox', { name: new RegExp(name) }).uncheck();
    }
    await page.getByRole('radio', { name: /Only those it creates itself/ }).check();
    expect(await allow.isDisabled()).toBe(true);
    await page.getByRole('radio', { name: /Chosen ones/ }).check();
    expect(await allow.isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: /demo/ }).check();
    await page.getByLabel('Until when').selectOption(String(86_400));
    await screenshot(page, 'narrowed', true);
    await allow.click();

    const code = (await answered(page)).get('code') ?? '';
    const { access_token: token = '', error } = await exchange(code);
    expect(error).toBeUndefined();
    const client = createApiClient({ url: deployment.url, token });
    const { workspaces } = await client.workspaces.list({});
    expect(workspaces.map((workspace) => workspace.name)).toEqual(['demo']);
    await expect(
      client.workspaces.createBuild({ workspace: workspaces[0]?.id ?? '', transition: 'stop' }),
    ).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE' });

    await page.goto(`${deployment.url}/settings/applications`);
    const row = page.getByRole('listitem').filter({ hasText: 'Test agent' });
    await row.getByText('one workspace').waitFor();
    await row.getByText('Look').waitFor();
    expect(await row.getByText('Work inside').count()).toBe(0);
    await screenshot(page, 'applications');
    await row.getByRole('link', { name: 'Activity of Test agent' }).click();
    const tried = page.getByRole('listitem').filter({ hasText: 'ada tried: write workspace build' });
    await tried.getByText('Test agent').first().waitFor();
    await tried.getByText('refused 403').waitFor();
    await page.goBack();
    await row.getByRole('button', { name: 'Disconnect Test agent' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('No application is connected').waitFor();
    await expect(client.workspaces.list({})).rejects.toMatchObject({ status: 401 });
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.consent-denied'), async () => {
    const name = '<b>Coder</b> \u202eyb deifirev';
    const { address } = await begin(name);
    await using visited = await signedIn({ viewport: { width: 360, height: 740 } });
    const { page, problems } = visited;
    await page.goto(address);
    const heading = page.getByRole('heading', { level: 1 });
    await heading.filter({ hasText: '<b>Coder</b>' }).waitFor();
    const shown = (await heading.textContent()) ?? '';
    expect(shown).not.toMatch(/\p{Cf}/u);
    const asked = page.url();
    expect(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const answer = await answered(page);
    expect(answer.get('error')).toBe('access_denied');
    expect(answer.get('state')).toBe('the-state');
    expect(answer.has('code')).toBe(false);

    await page.goto(asked);
    await page.getByRole('heading', { name: 'This request is no longer open' }).waitFor();
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.device'), async () => {
    const device = await post('/oauth2/device_authorization', { client_id: 'coder-cli' });
    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/device');
    await page.getByLabel('Code').fill('aaaa-bbbb');
    await page.keyboard.press('Enter');
    await page.getByText('No device waits with this code').waitFor();
    await page.getByLabel('Code').fill(device.user_code?.toLowerCase() ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'A device asks for access' }).waitFor();
    await page.getByText('127.0.0.1').first().waitFor();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'The device is connected' }).waitFor();
    const { access_token: token = '' } = await post('/oauth2/tokens', {
      grant_type: deviceGrant,
      device_code: device.device_code ?? '',
      client_id: 'coder-cli',
    });
    const me = await createApiClient({ url: deployment.url, token }).users.get({ user: 'me' });
    expect(me.username).toBe('ada');
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.oauth2-apps'), async () => {
    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/admin/oauth2');
    await page.getByRole('button', { name: 'New application' }).click();
    await page.getByLabel('Name').fill('Internal agent');
    await page.getByLabel('Redirect addresses').fill('javascript:alert(1)');
    await page.getByRole('button', { name: 'Enter application' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Redirect addresses').fill('https://agent.example.com/callback');
    await page.getByRole('button', { name: 'Enter application' }).click();
    await page.getByRole('heading', { name: 'Internal agent' }).waitFor();

    await page.getByRole('button', { name: 'New secret' }).click();
    const secret = await page
      .locator('code')
      .filter({ hasText: /^coder_/ })
      .textContent();
    await page.reload();
    const secrets = page.getByRole('listitem').filter({ hasText: secret?.slice(-6) ?? '?' });
    await secrets.getByText('never used').waitFor();
    expect(await page.content()).not.toContain(secret);
    await secrets.getByRole('button', { name: /Delete the secret/ }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('It has no secret yet').waitFor();

    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.waitForURL('**/admin/oauth2');
    await page.getByText('Internal agent').waitFor({ state: 'detached' });

    const settled = () => page.locator('fieldset:not([disabled])').waitFor();
    await page.getByRole('radio', { name: /Nobody/ }).click();
    await settled();
    expect((await register('late')).status).toBeGreaterThanOrEqual(400);
    await page.getByRole('radio', { name: /Any application/ }).click();
    await settled();
    expect((await register('again')).status).toBe(201);
    expect(problems).toEqual([]);
  });
});
