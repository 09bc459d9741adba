import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiClient, type Workspace } from '@coder/api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, buildDashboard, launchBrowser, screenshot, visit } from '../harness/browser.ts';
import { cleanEnv } from '../harness/coder.ts';
import { createDeployment, type Deployment, owner, startServer, waitUntil } from '../harness/deployment.ts';
import { connectHttp } from '../harness/mcp.ts';
import { starter } from '../harness/templates.ts';
import { verifies } from '../requirements.ts';

/** What a hostile workspace says it is doing. */
const markup = `<img src=x onerror="document.title='owned'"><b>bold</b>`;

if (browserMissing) console.warn(`The dashboard's tests are skipped: ${browserMissing}.`);

describe.skipIf(browserMissing)('the dashboard', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  let browser: Browser;

  beforeAll(async () => {
    buildDashboard();
    [deployment, browser] = await Promise.all([createDeployment(), launchBrowser()]);
    await starter(deployment, 'local');
    await expectOk(['create', 'demo', '--template', 'local', '--yes']);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await deployment?.[Symbol.asyncDispose]();
  });

  async function expectOk(args: string[]): Promise<string> {
    const done = await deployment.coder(args);
    expect(done.code, done.stderr).toBe(0);
    return done.stdout;
  }

  const open = (options = {}) => visit(browser, deployment.url, options);
  async function signedIn(options = {}) {
    const visited = await open(options);
    await visited.context.addCookies([
      { name: 'coder_session_token', value: deployment.token, url: deployment.url },
    ]);
    return visited;
  }
  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Email').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.keyboard.press('Enter');
  }

  test(verifies('dashboard.setup'), async () => {
    const home = mkdtempSync(join(tmpdir(), 'coder-setup-'));
    chmodSync(home, 0o711);
    const { child, url } = await startServer(cleanEnv(home), [], '127.0.0.1:0');
    try {
      await using visited = await visit(browser, url);
      const { page, problems } = visited;
      await page.goto('/');
      await page.getByRole('heading', { name: 'Set up this deployment' }).waitFor();
      await page.getByLabel('Username').fill('not a name');
      await page.getByLabel('Email').fill('grace@example.com');
      await page.getByLabel('Password').fill('correct horse battery');
      await page.getByRole('button', { name: 'Create the owner' }).click();
      await page.getByText('must be letters, digits and single hyphens').waitFor();
      await page.getByLabel('Username').fill('grace');
      await page.getByRole('button', { name: 'Create the owner' }).click();
      await page.getByText('You have no workspace yet').waitFor();
      const { session_token: token } = await createApiClient({ url }).users.login({
        email: 'grace@example.com',
        password: 'correct horse battery',
      });
      const me = await createApiClient({ url, token }).users.get({ user: 'me' });
      expect(me.roles.map((role) => role.name)).toContain('owner');
      expect(problems).toEqual([]);
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(home, { recursive: true, force: true });
    }
  });

  test(verifies('dashboard.sign-in'), async () => {
    await using visited = await open();
    const { page, problems } = visited;
    await page.goto('/settings/tokens');
    await page.waitForURL('**/login?redirect=*');
    await page.getByLabel('Email').fill(owner.email);
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Incorrect email or password.').waitFor();
    await signIn(page);
    await page.getByRole('heading', { name: 'API tokens' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/settings/tokens');
    const [cookie] = await visited.context.cookies();
    expect(cookie).toMatchObject({ name: 'coder_session_token', httpOnly: true, sameSite: 'Lax' });

    await page.getByRole('button', { name: 'Account of ada' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expect(
      createApiClient({ url: deployment.url, token: cookie?.value }).users.get({ user: 'me' }),
    ).rejects.toMatchObject({ status: 401 });

    for (const elsewhere of [
      'https://example.com/',
      '//example.com',
      '/\\example.com',
      'javascript:alert(1)',
    ]) {
      await page.goto(`/login?redirect=${encodeURIComponent(elsewhere)}`);
      await signIn(page);
      await page.waitForURL(`${deployment.url}/workspaces`);
      await visited.context.clearCookies();
    }
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.workspaces'), async () => {
    await expectOk(['create', 'web', '--template', 'local', '--yes']);
    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/');
    const row = page.getByRole('listitem').filter({ hasText: 'web' });
    await row.getByText('Running').waitFor();
    await row.getByText('Local shell').waitFor();

    await row.getByRole('button', { name: 'Stop' }).click();
    const question = page.getByRole('alertdialog', { name: 'Stop web?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await row.getByText('Running').waitFor();
    await row.getByRole('button', { name: 'Stop' }).click();
    await question.getByRole('button', { name: 'Stop' }).click();
    await row.getByText('Stopped').waitFor();

    await row.getByRole('link', { name: 'web' }).click();
    await page.getByText('The workspace does not run').waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('heading', { name: /Build 3: start/ }).waitFor();
    await page.getByRole('log').getByText('Starting workspace ada/web').waitFor();
    await page.getByRole('heading', { name: /Agent main\s*ready/ }).waitFor();
    await page.getByText(/ of 2\.00 cores/).waitFor();

    // What happens elsewhere shows by itself.
    const { id } = await deployment.client.workspaces.getByName({ user: 'me', name: 'web' });
    await deployment.client.workspaces.createBuild({ workspace: id, transition: 'stop' });
    await page.getByRole('heading', { name: /Build 4: stop/ }).waitFor();
    await page.getByText('The workspace does not run').waitFor();

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByText('This cannot be undone').waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL('**/workspaces');
    await row.waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.text'), async () => {
    await using visited = await signedIn();
    const { page, problems } = visited;
    // A server in the workspace shows by itself, under the name it gives itself, and its link leads to it.
    const { latest_build: build } = await deployment.client.workspaces.getByName({
      user: 'me',
      name: 'demo',
    });
    const agent = build.resources[0]?.agents?.[0]?.id ?? '';
    const serve = (title: string, port: number) =>
      deployment.client.processes.start({
        agent,
        argv: [
          'node',
          '-e',
          `process.title='${title}';require('http').createServer((q,s)=>s.end('hello')).listen(${port},'127.0.0.1')`,
        ],
      });
    await page.goto('/workspaces/ada/demo');
    await serve('preview', 4117);
    const port = page.getByRole('link', { name: '4117' });
    await port.waitFor();
    await page.getByText(/ of 2\.00 cores/).waitFor();
    await screenshot(page, 'workspace');
    const [opened] = await Promise.all([visited.context.waitForEvent('page'), port.click()]);
    await opened.getByText('hello').waitFor();
    await serve('<i>x</i>', 4118);
    await page.getByText('<i>x</i>').waitFor();

    // As if an AI agent had reported it.
    await page.route('**/api/v2/workspaces?*', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { workspaces: Workspace[] };
      for (const workspace of body.workspaces) workspace.latest_app_status = reported(workspace);
      await route.fulfill({ response, json: body });
    });
    await page.goto('/workspaces');
    await page.getByText(markup).waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(await page.title()).toBe('Workspaces · Coder');
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.tokens'), async () => {
    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/settings/tokens');
    await page.getByText('You have no token').waitFor();
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Name').fill('ci');
    await page.getByRole('radio', { name: /Chosen ones/ }).check();
    expect(await page.getByRole('button', { name: 'Create token' }).isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: /demo/ }).check();
    await page.getByRole('button', { name: 'Create token' }).click();
    const shown = page.locator('code').filter({ hasText: /^\w{10}-\w{22}$/ });
    const token = (await shown.textContent()) ?? '';
    const narrow = createApiClient({ url: deployment.url, token });
    expect((await narrow.workspaces.list({})).workspaces.map((workspace) => workspace.name)).toEqual([
      'demo',
    ]);
    const { id } = await narrow.workspaces.getByName({ user: 'me', name: 'demo' });
    await expect(narrow.workspaces.createBuild({ workspace: id, transition: 'stop' })).rejects.toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });

    await page.getByRole('button', { name: 'Done' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'ci' });
    await row.getByText('one workspace').waitFor();
    expect(await page.content()).not.toContain(token);
    await screenshot(page, 'tokens');
    await row.getByRole('button', { name: 'Delete the token ci' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('You have no token').waitFor();
    await expect(narrow.workspaces.list({})).rejects.toMatchObject({ status: 401 });
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.audit'), async () => {
    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/audit');
    await page.getByText('ada created workspace demo').waitFor();
    await page.getByLabel('Action').selectOption('login');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('ada created workspace demo').waitFor({ state: 'detached' });
    await page
      .getByText(/ada signed in with api key/)
      .first()
      .click();
    await page.getByText('POST /users/login').first().waitFor();
    expect(new URL(page.url()).searchParams.get('action')).toBe('login');
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.activity'), async () => {
    const password = 'correct horse battery';
    await deployment.client.users.create({ email: 'bob@example.com', username: 'bob', password });
    const { session_token: value } = await createApiClient({ url: deployment.url }).users.login({
      email: 'bob@example.com',
      password,
    });
    const client = createApiClient({ url: deployment.url, token: value });
    const { key } = await client.apiKeys.createToken({ user: 'me', token_name: 'reviewer' });
    await using agent = await connectHttp(deployment.url, key, 'modern');
    await agent.call('coder_list_workspaces');

    await using bob = await open();
    const { page, problems } = bob;
    await bob.context.addCookies([{ name: 'coder_session_token', value, url: deployment.url }]);
    await page.goto('/settings/tokens');
    await page.getByRole('link', { name: 'Activity of the token reviewer' }).click();
    await page.getByRole('heading', { name: 'Activity' }).waitFor();
    const row = page.getByRole('listitem').filter({ hasText: 'bob called coder_list_workspaces' });
    await row.getByText('by the token').waitFor({ state: 'attached' });
    // What the agent does next shows by itself, and so does what it is refused.
    await agent.fail('coder_workspace_bash', { workspace: 'ada/demo', command: 'id' });
    const refused = page
      .getByRole('listitem')
      .filter({ hasText: 'bob tried: coder_workspace_bash on ada/demo' });
    await refused.getByText(/failed 4\d\d/).waitFor();
    await screenshot(page, 'activity');
    await refused.click();
    await refused.getByText('arguments sha256').waitFor();
    await refused.getByRole('link', { name: 'All of this request' }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('Tool').fill('coder_list_workspaces');
    await page.keyboard.press('Enter');
    await refused.waitFor({ state: 'detached' });
    await row.waitFor();
    // Nobody else's is here.
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('bob signed in').waitFor();
    expect(await page.getByText(/^ada /).count()).toBe(0);
    expect(problems).toEqual([]);

    // For owners it is one among all.
    await using ada = await signedIn();
    await ada.page.goto('/audit');
    await ada.page.getByText('bob called coder_list_workspaces').waitFor();
    await screenshot(ada.page, 'audit');
    await ada.page.goto('/audit?user=bob&tool=coder_list_workspaces');
    await ada.page.getByText('bob called coder_list_workspaces').waitFor();
    await ada.page.goto('/audit?workspace=ada%2Fdemo&user=ada');
    await ada.page.getByText('ada created workspace demo').waitFor();
  });

  test(verifies('dashboard.sharing'), async () => {
    const { id: organization } = await deployment.client.organizations.get({ organization: 'default' });
    const password = 'a long password';
    const { id } = await deployment.client.users.create({
      username: 'carol',
      email: 'carol@example.com',
      password,
      organization_ids: [organization],
    });
    await deployment.client.groups.create({ organization, name: 'crew' });
    const { session_token: token } = await deployment.client.users.login({
      email: 'carol@example.com',
      password,
    });
    const carol = createApiClient({ url: deployment.url, token });
    const seen = async () => (await carol.workspaces.list({})).workspaces.map(({ name }) => name);
    const workspace = await deployment.client.workspaces.getByName({ user: 'me', name: 'demo' });
    const acl = async () => {
      const { users, groups } = await deployment.client.workspaces.getAcl({ workspace: workspace.id });
      return [...users, ...groups].map(({ id, role }) => [id, role]);
    };

    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/workspaces/ada/demo');
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Shared with' }) });
    await panel.getByText('Nobody').waitFor();
    const share = async (name: string) => {
      await panel.getByLabel('Name').fill(name);
      await panel.getByRole('button', { name: 'Share', exact: true }).click();
    };
    await share('nobody-of-this-name');
    await panel.getByText('has no member with this name').waitFor();
    await share('carol');
    const row = panel.getByRole('listitem').filter({ hasText: 'carol' });
    await row.waitFor();
    expect([await acl(), await seen()]).toEqual([[[id, 'use']], ['demo']]);
    await row.getByLabel('What carol may do').selectOption('admin');
    await expect.poll(acl).toEqual([[id, 'admin']]);
    await share('ada');
    await panel.getByRole('alert').getByText('owns the workspace already').waitFor();

    await panel.getByLabel('Share with a').selectOption('group');
    await panel.getByLabel('To', { exact: true }).selectOption('use and change it');
    await share('crew');
    await panel.getByRole('listitem').filter({ hasText: 'crew' }).getByText('0 members').waitFor();
    await screenshot(page, 'sharing');
    // What somebody else changes shows by itself.
    await deployment.client.workspaces.updateAcl({ workspace: workspace.id, user_roles: { [id]: 'use' } });
    await expect.poll(() => row.getByLabel('What carol may do').inputValue()).toBe('use');
    await row.getByRole('button', { name: 'Stop sharing with carol' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await seen()).toEqual([]);
    await deployment.client.workspaces.deleteAcl({ workspace: workspace.id });
    await panel.getByText('Nobody').waitFor();
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.people'), async () => {
    const { client } = deployment;
    const { id: organization } = await client.organizations.get({ organization: 'default' });
    const password = 'a long password';
    const make = (username: string) =>
      client.users.create({
        username,
        name: { dan: 'Dan Example', 'extra-10': markup }[username] ?? '',
        email: `${username}@example.com`,
        password,
        organization_ids: [organization],
      });
    const dan = await make('dan');
    // More than one page of them.
    for (let n = 10; n < 36; n++) await make(`extra-${n}`);
    await client.organizations.updateMemberRoles({
      organization,
      user: 'dan',
      roles: ['organization-template-admin'],
    });
    const group = await client.groups.create({ organization, name: 'builders', quota_allowance: 5 });
    await client.groups.update({ group: group.id, add_users: [dan.id] });

    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/');
    await page.getByRole('navigation').getByRole('link', { name: 'People' }).click();
    const part = (name: RegExp) => page.locator('section', { has: page.getByRole('heading', { name }) });
    const members = part(/^Members/).getByRole('listitem');
    const row = members.filter({ hasText: 'dan@example.com' });
    await row.getByText('Organization Template Admin').waitFor();
    await members.filter({ hasText: 'extra-10' }).getByText(markup).waitFor();
    expect(await page.getByText('without a name').count()).toBe(0);
    await members.filter({ hasText: owner.email }).getByText('Owner, everywhere').waitFor();
    await expect.poll(() => members.count()).toBe(25);
    await page.getByRole('button', { name: 'Next' }).click();
    await members.filter({ hasText: 'extra-35' }).waitFor();
    await page.getByLabel('Search the members').fill('dan');
    await part(/^Members \(1\)/).waitFor();
    expect(await members.count()).toBe(1);
    const builders = part(/^Groups/)
      .getByRole('listitem')
      .filter({ hasText: 'builders' });
    await builders.getByText('adds 5 to the quota').waitFor();
    expect(await builders.textContent()).toContain('dan');
    await screenshot(page, 'people');
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.everywhere'), async () => {
    const pages = [
      '/login',
      '/workspaces',
      '/workspaces/ada/demo',
      '/settings/tokens',
      '/settings/applications',
      '/settings/approvals',
      '/approvals',
      '/device',
      '/admin/oauth2',
      '/people',
      '/audit',
    ];
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [360, 1280]) {
        await using visited = await signedIn({ colorScheme, viewport: { width, height: 800 } });
        const { page, problems, strangers } = visited;
        for (const path of pages) {
          await page.goto(path);
          await page.locator('h1').waitFor();
          await page.waitForLoadState('load');
          const over = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          expect([path, width, over]).toEqual([path, width, 0]);
          const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
          expect(background).toBe(colorScheme === 'dark' ? 'rgb(13, 16, 21)' : 'rgb(246, 247, 249)');
        }
        expect({ problems, strangers }).toEqual({ problems: [], strangers: [] });
      }
    }
    await navigationIsInSight();
    await byKeyboard();
    const { headers } = await fetch(`${deployment.url}/workspaces`);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  /** On a telephone every page is one touch away: nothing has to be scrolled or opened first. */
  async function navigationIsInSight(): Promise<void> {
    await using visited = await signedIn({ viewport: { width: 390, height: 800 } });
    const { page } = visited;
    for (const path of ['/workspaces', '/audit']) {
      await page.goto(path);
      await page.locator('h1').waitFor();
      const entries = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
      await entries.filter({ hasText: 'OAuth2' }).waitFor();
      expect(await entries.count()).toBe(7);
      for (const entry of await entries.all()) {
        const box = await entry.boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 1_000)).toBeLessThanOrEqual(390);
        expect((box?.y ?? 0) + (box?.height ?? 1_000)).toBeLessThan(150);
      }
    }
  }

  /** Signs in, asks to stop the workspace and thinks better of it, without a mouse. */
  async function byKeyboard(): Promise<void> {
    await using visited = await open();
    const { page } = visited;
    await page.goto('/login');
    await page.getByLabel('Email').waitFor();
    await page.keyboard.type(owner.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(owner.password);
    await page.keyboard.press('Enter');
    const stop = page.getByRole('listitem').filter({ hasText: 'demo' }).getByRole('button', { name: 'Stop' });
    await stop.waitFor();
    const row = page.getByRole('listitem').filter({ hasText: 'demo' });
    // The first sample comes within a minute of the start.
    await row.getByText(/\d cores/).waitFor({ timeout: 75_000 });
    await screenshot(page, 'workspaces');
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press('Tab');
      if (await stop.evaluate((button) => button.matches(':focus'))) break;
    }
    await page.keyboard.press('Enter');
    const question = page.getByRole('alertdialog');
    await question.waitFor();
    // The safe answer has the focus, and Escape gives it too; then the focus is back where it was.
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Cancel');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await waitUntil(() => stop.evaluate((button) => button.matches(':focus')));
  }
});

function reported(workspace: Workspace): Workspace['latest_app_status'] {
  const { id } = workspace;
  return {
    id,
    created_at: new Date().toISOString(),
    workspace_id: id,
    agent_id: id,
    app_id: id,
    state: 'working',
    message: markup,
    uri: 'javascript:alert(1)',
    icon: '',
    needs_user_attention: false,
  };
}
