import { createApiClient } from '@coder/api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, buildDashboard, launchBrowser, screenshot, visit } from '../harness/browser.ts';
import { createDeployment, type Deployment, waitUntil } from '../harness/deployment.ts';
import { connectHttp, type McpClient } from '../harness/mcp.ts';
import { starter } from '../harness/templates.ts';
import { verifies } from '../requirements.ts';

const BASH = 'coder_workspace_bash';

if (browserMissing) console.warn(`The dashboard's tests of approvals are skipped: ${browserMissing}.`);

describe.skipIf(browserMissing)('the dashboard and approvals', { timeout: 90_000 }, () => {
  let deployment: Deployment;
  let browser: Browser;
  let agent: McpClient;

  beforeAll(async () => {
    buildDashboard();
    [deployment, browser] = await Promise.all([createDeployment(), launchBrowser()]);
    await starter(deployment, 'local');
    const created = await deployment.coder(['create', 'web', '--template', 'local', '--yes']);
    expect(created.code, created.stderr).toBe(0);
    const { key } = await deployment.client.apiKeys.createToken({ user: 'me', token_name: 'nightly agent' });
    agent = await connectHttp(deployment.url, key, 'modern');
  }, 120_000);

  afterAll(async () => {
    await agent?.[Symbol.asyncDispose]();
    await browser?.close();
    await deployment?.[Symbol.asyncDispose]();
  });

  async function signedIn(options = {}, token = deployment.token) {
    const visited = await visit(browser, deployment.url, options);
    await visited.context.addCookies([{ name: 'coder_session_token', value: token, url: deployment.url }]);
    return visited;
  }

  /** Makes a call that has to be approved; `again` makes the same one once more if this one has not been held until then. */
  function ask(args: Record<string, unknown>) {
    const make = () =>
      agent.call<{ output: string }>(BASH, args).then(
        (result) => ({ output: result.output, error: '' }),
        (error: Error) => ({ output: '', error: error.message }),
      );
    const first = make();
    return {
      again: async () => {
        const result = await first;
        return result.error.includes('/approvals/') ? make() : result;
      },
    };
  }

  const isChecked = (page: Page, name: string) =>
    page.getByRole('checkbox', { name: new RegExp(`^${name}`) }).first();

  test(verifies('dashboard.approval-policy'), async () => {
    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/approvals');
    await page.getByText('No approval is demanded').waitFor();
    await page.getByRole('link', { name: 'What needs approval' }).click();
    await page
      .getByRole('heading', { name: 'Of every user’s programs' })
      .or(page.getByRole('heading', { name: "Of every user's programs" }))
      .waitFor();
    await isChecked(page, 'Commands').click();
    await expect.poll(() => isChecked(page, 'Commands').isChecked()).toBe(true);
    expect(await deployment.client.approvals.getUserPolicy({ user: 'me' })).toEqual({
      classes: ['commands'],
      effective: ['commands'],
    });
    const everybody = page.getByRole('group', { name: 'What each user has to approve first' });
    await everybody.getByRole('checkbox', { name: /^Delete/ }).click();
    await expect.poll(() => isChecked(page, 'Delete').isDisabled()).toBe(true);
    expect((await deployment.client.approvals.getPolicy()).classes).toEqual(['delete']);
    await screenshot(page, 'approval-policy');

    // Another user sees what is demanded of everybody, and cannot change it.
    const password = 'correct horse battery';
    await deployment.client.users.create({ email: 'bob@example.com', username: 'bob', password });
    const { session_token: token } = await createApiClient({ url: deployment.url }).users.login({
      email: 'bob@example.com',
      password,
    });
    await using bob = await signedIn({}, token);
    await bob.page.goto('/settings/approvals');
    await bob.page.getByText('An administrator demands it of everybody').waitFor();
    expect(await isChecked(bob.page, 'Delete').isDisabled()).toBe(true);
    expect(await isChecked(bob.page, 'Commands').isChecked()).toBe(false);
    expect(await bob.page.getByText('Of every user').count()).toBe(0);
    expect([...problems, ...bob.problems]).toEqual([]);
  });

  test(verifies('dashboard.approvals'), async () => {
    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/approvals');
    await page.getByText('Nothing waits for you').waitFor();

    // It appears by itself, here and in the navigation.
    const command =
      "cd ~/site && npm test && printf '%s\\n' done >> deployments.log\nwc -l < deployments.log";
    const call = ask({ workspace: 'web', command });
    const row = page.getByRole('listitem').filter({ hasText: 'Run a command in ada/web' });
    await row.getByText('nightly agent').waitFor();
    await page.getByRole('link', { name: 'Approvals 1 waiting' }).waitFor();
    await screenshot(page, 'approvals');
    await row.getByRole('link', { name: /^Review/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Run a command in ada/web' }).waitFor();
    const shown = page.getByRole('region', { name: 'Argument command' });
    expect(((await shown.textContent()) ?? '').replaceAll('⏎', '')).toBe(command);
    await page.getByText('Nothing has been done yet').waitFor();
    await screenshot(page, 'approval', true);

    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('Denied by ada').waitFor();
    expect((await call.again()).error).toMatch(/refused|denied/i);
    expect(await page.getByRole('link', { name: 'Approvals', exact: true }).count()).toBe(1);
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.approval-text'), async () => {
    await using visited = await signedIn({ viewport: { width: 390, height: 800 } });
    const { page, problems } = visited;
    const markup = `<img src=x onerror="document.title='owned'">`;
    const command = [
      'echo \u202egnihton seod\u202c \u001b[2K\u200b # <b>harmless</b>',
      `echo '${markup}'`,
      ...Array.from({ length: 200 }, (_, line) => `: line ${line}`),
      'echo the-end',
    ].join('\n');
    const call = ask({ workspace: 'web', command });
    await page.goto('/approvals');
    await page.getByRole('link', { name: /^Review/ }).click();

    const shown = page.getByRole('region', { name: 'Argument command' });
    await shown.getByText(markup).waitFor();
    for (const name of ['U+202E', 'U+202C', 'ESC', 'U+200B']) {
      expect(await shown.getByText(name, { exact: true }).count(), name).toBe(1);
    }
    expect((await shown.textContent()) ?? '').not.toMatch(/[\p{Cf}\u001b]/u);
    expect(await page.locator('img[src="x"], main b').count()).toBe(0);
    expect(await page.title()).toBe('Run a command in ada/web · Coder');
    expect(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0);

    // Its end is reached by keyboard, and so is the decision. A stray Enter approves nothing.
    await shown.focus();
    await page.keyboard.press('End');
    await waitUntil(() =>
      shown.evaluate((box) => box.scrollTop > 0 && box.scrollTop + box.clientHeight >= box.scrollHeight - 2),
    );
    const approve = page.getByRole('button', { name: 'Approve once' });
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab');
      if (await approve.evaluate((button) => button.matches(':focus'))) break;
    }
    await page.keyboard.press('Enter');
    await page.getByText(/Approved by ada/).waitFor();
    const { output, error } = await call.again();
    expect(error).toBe('');
    expect(output).toContain('the-end');
    // The page follows what becomes of it.
    await page.getByText('The same call again needs a new approval').waitFor();
    expect(problems).toEqual([]);
  });

  test(verifies('dashboard.approval-of-others'), async () => {
    const password = 'correct horse battery';
    await deployment.client.users.create({ email: 'eve@example.com', username: 'eve', password });
    const { session_token: token } = await createApiClient({ url: deployment.url }).users.login({
      email: 'eve@example.com',
      password,
    });
    const eve = createApiClient({ url: deployment.url, token });
    const { key } = await eve.apiKeys.createToken({ user: 'me', token_name: 'cleaner' });
    const [template] = await eve.templates.list({});
    const workspace = await eve.workspaces.create({
      user: 'me',
      name: 'old',
      template_id: template?.id ?? '',
    });
    const remove = () =>
      createApiClient({ url: deployment.url, token: key }).workspaces.createBuild({
        workspace: workspace.id,
        transition: 'delete',
      });
    await expect(remove()).rejects.toMatchObject({ code: 'APPROVAL_REQUIRED' });

    await using visited = await signedIn();
    const { page, problems } = visited;
    await page.goto('/approvals');
    await page.getByText('Earlier').waitFor();
    expect(await page.getByText('eve/old').count()).toBe(0);
    await page.getByRole('button', { name: 'Of all users' }).click();
    await page.getByRole('link', { name: 'Review: Delete the workspace eve/old' }).click();
    await page.getByText('This was asked in the name of eve').waitFor();
    await page.getByText('every file in it are removed').waitFor();
    await page.getByLabel('Reason').fill('Ask me first.');
    await page.keyboard.press('Enter');
    await page.getByText('Denied by ada').waitFor();
    await expect(remove()).rejects.toMatchObject({ code: 'APPROVAL_DENIED' });

    // Somebody else's request does not exist for others.
    await using bob = await visit(browser, deployment.url);
    const { session_token: value } = await createApiClient({ url: deployment.url }).users.login({
      email: 'bob@example.com',
      password,
    });
    await bob.context.addCookies([{ name: 'coder_session_token', value, url: deployment.url }]);
    await bob.page.goto(new URL(page.url()).pathname);
    await bob.page.getByRole('heading', { name: 'There is no such request' }).waitFor();
    expect(problems).toEqual([]);
  });
});
