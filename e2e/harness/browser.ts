import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Why tests with a browser cannot run here, or undefined. */
export const browserMissing = executable === undefined ? 'Chromium is not installed' : undefined;

/** Builds the dashboard if its sources have changed, as `npm start` does. */
export function buildDashboard(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-dashboard.mjs')], {
    stdio: 'inherit',
  });
}

/** Debian's Chromium with a profile of its own, that asks nobody on the network for anything by itself. */
export function launchBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error(browserMissing);
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export type Visit = AsyncDisposable & {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors in the page and its console, violations of the content security policy among them. */
  readonly problems: string[];
  /** Requests to any other host than the deployment. */
  readonly strangers: string[];
};

/** A new browser profile and a page in it, watched for what a good page does not do. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  const strangers: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // A refused request is logged by the browser itself, and is often just what a test wants to see.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      problems.push(message.text());
    }
  });
  context.on('request', (request) => {
    if (/^https?:/.test(request.url()) && new URL(request.url()).host !== new URL(url).host) {
      strangers.push(request.url());
    }
  });
  return { context, page, problems, strangers, [Symbol.asyncDispose]: () => context.close() };
}

const images = join(import.meta.dirname, '../../docs/images');

/** Keeps what a page looks like for the documentation, when `UPDATE_SCREENSHOTS` is set. */
export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  if (!process.env.UPDATE_SCREENSHOTS) return;
  mkdirSync(images, { recursive: true });
  await page.screenshot({
    path: join(images, `${name}.png`),
    animations: 'disabled',
    caret: 'hide',
    fullPage,
  });
}
