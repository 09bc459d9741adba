import { createApiClient } from '@coder/api';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, buildDashboard, launchBrowser } from '../harness/browser.ts';
import { createDeployment, type Deployment, waitUntil } from '../harness/deployment.ts';
import type { McpClient } from '../harness/mcp.ts';
import { verifies } from '../requirements.ts';
import { openUser, type User } from './consent.ts';
import { type SdkProgram, startSdkProgram } from './sdk-oauth.ts';

if (browserMissing) console.warn(`The tests of applications' sessions are skipped: ${browserMissing}.`);

const whoami = async (mcp: McpClient) =>
  (await mcp.call<{ username: string }>('coder_get_authenticated_user')).username;
const statusOf = async (deployment: Deployment, token = '') =>
  createApiClient({ url: deployment.url, token })
    .users.get({ user: 'me' })
    .then(
      () => 200,
      (error: { status: number }) => error.status,
    );

describe.skipIf(browserMissing)('an application that is connected', { timeout: 90_000 }, () => {
  let browser: Browser;
  /** One whose access tokens end after an hour, and one where they do after a minute, which is the least there is. */
  let lasting: Deployment;
  let short: Deployment;
  let user: User;
  const programs: SdkProgram[] = [];
  const connected: McpClient[] = [];

  /** Starts another device of the same application and connects it. */
  async function device(deployment: Deployment, decidedBy: User, name: string, sameAs?: SdkProgram) {
    const { url } = deployment;
    const program = await startSdkProgram({ url, user: decidedBy, name, client: sameAs?.client });
    programs.push(program);
    const mcp = await program.connect('modern');
    connected.push(mcp);
    return { program, mcp };
  }

  /** Two devices on the deployment of the short tokens. */
  let devices: Awaited<ReturnType<typeof device>>[];

  beforeAll(async () => {
    buildDashboard();
    [lasting, short, browser] = await Promise.all([
      createDeployment(),
      createDeployment({ env: { CODER_SESSION_DURATION: '1m' } }),
      launchBrowser(),
    ]);
    user = await openUser(browser, lasting);
    // Their minute passes while the other tests run.
    const shortUser = await openUser(browser, short);
    const first = await device(short, shortUser, 'Short-lived program');
    devices = [first, await device(short, shortUser, 'Short-lived program', first.program)];
  }, 120_000);

  afterAll(async () => {
    for (const mcp of connected) await mcp[Symbol.asyncDispose]();
    for (const program of programs) await program[Symbol.asyncDispose]();
    await browser?.close();
    await Promise.all([lasting, short].map((deployment) => deployment?.[Symbol.asyncDispose]()));
  });

  test(verifies('oauth.devices'), async () => {
    const laptop = await device(lasting, user, 'Roaming program');
    const phone = await device(lasting, user, 'Roaming program', laptop.program);
    expect(phone.program.client).toEqual(laptop.program.client);
    expect(await user.connections()).toEqual(['Roaming program', 'Roaming program']);
    expect([await whoami(laptop.mcp), await whoami(phone.mcp)]).toEqual(['ada', 'ada']);

    // The newest is the phone.
    await user.disconnect('Roaming program');
    expect(await user.connections()).toEqual(['Roaming program']);
    expect(await whoami(laptop.mcp)).toBe('ada');
    expect(await statusOf(lasting, phone.program.tokens?.access_token)).toBe(401);
    // Its refresh token has ended too, so that the SDK can only ask the user again.
    phone.program.allowance = undefined;
    await expect(whoami(phone.mcp)).rejects.toThrow(/authoriz/i);
    expect(phone.program.asked).toHaveLength(2);
    expect(laptop.program.asked).toHaveLength(1);
  });

  test(verifies('oauth.refresh'), async () => {
    const old = devices.map(({ program }) => program.tokens);
    expect(old.map((tokens) => tokens?.expires_in)).toEqual([60, 60]);
    const end = Math.max(...devices.map(({ program }) => program.expiresAt));
    await waitUntil(() => Date.now() > end, 65_000);
    for (const tokens of old) expect(await statusOf(short, tokens?.access_token)).toBe(401);

    for (const [index, { program, mcp }] of devices.entries()) {
      expect(await whoami(mcp)).toBe('ada');
      expect(program.tokens?.access_token).not.toBe(old[index]?.access_token);
      expect(program.tokens?.refresh_token).not.toBe(old[index]?.refresh_token);
      expect(program.asked).toHaveLength(1);
    }
    for (const { program } of devices) expect(await statusOf(short, program.tokens?.access_token)).toBe(200);
  });
});
