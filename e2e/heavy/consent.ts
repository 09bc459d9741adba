import type { Browser, Page } from 'playwright-core';
import { visit } from '../harness/browser.ts';
import type { Deployment } from '../harness/deployment.ts';

/** What the page offers besides looking, by the words on it. */
const capabilities = [
  'Create, start and stop',
  'Work inside',
  'Manage templates',
  'Delete workspaces',
] as const;
type CapabilityTitle = (typeof capabilities)[number];

/** What the user marks. Looking is always part of it; all workspaces unless it says otherwise. */
export type Allowance = {
  readonly may?: readonly CapabilityTitle[];
  readonly workspaces?: 'created' | readonly string[] | undefined;
};

/** A user at the browser, signed in to the dashboard. */
export type User = AsyncDisposable & {
  /**
   * Opens the address that an application gave, sees who asks and whereto the answer goes, marks what is allowed, presses
   * Allow, and waits until the application's own page has answered. Gives the address of that page.
   */
  allow(address: string | URL, allowance?: Allowance): Promise<URL>;
  /** The same in a browser that does not reach the application: gives the address the answer was to be taken to. */
  answer(address: string | URL, allowance?: Allowance): Promise<URL>;
  /** Opens the address and presses Cancel; gives the address that the application was told so at. */
  refuse(address: string | URL): Promise<URL>;
  /** Opens an address and gives the text of the page, where nothing is to be decided. */
  read(address: string | URL): Promise<string>;
  /** The names of the connected applications, the newest first. */
  connections(): Promise<string[]>;
  /** Takes back what the newest connection of this name may do. */
  disconnect(application: string): Promise<void>;
};

const usual: readonly CapabilityTitle[] = ['Create, start and stop', 'Work inside'];

const patience = 20_000;

/** Signs the owner in to a browser profile of its own. */
export async function openUser(browser: Browser, deployment: Deployment): Promise<User> {
  const visited = await visit(browser, deployment.url);
  const { page, context } = visited;
  page.setDefaultTimeout(patience);
  await context.addCookies([{ name: 'coder_session_token', value: deployment.token, url: deployment.url }]);

  async function openConsent(address: string | URL): Promise<void> {
    await page.goto(String(address));
    await page.getByRole('heading', { level: 1, name: /asks for access$/ }).waitFor();
    // The heading is there before the server has said what is asked for.
    await page.getByRole('button', { name: 'Allow' }).waitFor();
  }

  /** Marks on the page what is to be allowed. */
  async function decide(address: string | URL, { may = usual, workspaces }: Allowance = {}): Promise<void> {
    await openConsent(address);
    await mark(page, may);
    if (workspaces === 'created') {
      await page.getByRole('radio', { name: /Only those it creates itself/ }).check();
    } else if (workspaces) {
      await page.getByRole('radio', { name: /Chosen ones/ }).check();
      for (const name of workspaces) {
        await page.getByRole('checkbox', { name: new RegExp(`^${name}\\b`) }).check();
      }
    }
  }

  /** The page at which an application takes its answer; it is this computer's, but not the deployment's. */
  async function answerOf(press: () => Promise<void>): Promise<URL> {
    const { origin } = new URL(deployment.url);
    const arrived = page.waitForURL((url) => url.origin !== origin, { timeout: patience });
    await press();
    await arrived;
    return new URL(page.url());
  }

  async function openConnections() {
    await page.goto(`${deployment.url}/settings/applications`);
    await page
      .getByRole('button', { name: /^Disconnect / })
      .or(page.getByText('No application is connected'))
      .first()
      .waitFor();
    return page.getByRole('button', { name: /^Disconnect / });
  }

  return {
    async allow(address, allowance) {
      await decide(address, allowance);
      return answerOf(() => page.getByRole('button', { name: 'Allow' }).click());
    },
    async answer(address, allowance) {
      const { promise: answer, resolve } = Promise.withResolvers<URL>();
      const last = `${deployment.url}/oauth2/authorize/*`;
      await page.route(last, async (route) => {
        const response = await route.fetch({ maxRedirects: 0 });
        resolve(new URL(response.headers().location ?? ''));
        await route.fulfill({ status: 204 });
      });
      await decide(address, allowance);
      await page.getByRole('button', { name: 'Allow' }).click();
      await answer;
      await page.unroute(last);
      return answer;
    },
    async refuse(address) {
      await openConsent(address);
      return answerOf(() => page.getByRole('button', { name: 'Cancel' }).click());
    },
    async read(address) {
      await page.goto(String(address));
      return (await page.locator('body').textContent()) ?? '';
    },
    async connections() {
      const buttons = await openConnections();
      const labels = await buttons.evaluateAll((all) =>
        all.map((button) => button.getAttribute('aria-label')),
      );
      return labels.map((label) => label?.replace(/^Disconnect /, '') ?? '');
    },
    async disconnect(application) {
      const buttons = await openConnections();
      const before = await buttons.count();
      await page
        .getByRole('button', { name: `Disconnect ${application}`, exact: true })
        .first()
        .click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('alertdialog').waitFor({ state: 'detached' });
      await buttons.nth(before - 1).waitFor({ state: 'detached' });
    },
    [Symbol.asyncDispose]: () => visited[Symbol.asyncDispose](),
  };
}

/** Marks these, and takes the marks of all others away. One that the application did not ask for is not on the page. */
async function mark(page: Page, may: readonly CapabilityTitle[]): Promise<void> {
  for (const title of capabilities) {
    const box = page.getByRole('checkbox', { name: new RegExp(`^${title}\\b`) });
    if (may.includes(title)) await box.check();
    else if ((await box.count()) > 0) await box.uncheck();
  }
  // It is part of all the others, so that it can be marked by itself only without them.
  const look = page.getByRole('checkbox', { name: /^Look\b/ });
  if (await look.isEnabled()) await look.check();
}
