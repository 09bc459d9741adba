import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { MCP_PATH } from '@coder/api';
import { browserMissing, buildDashboard, launchBrowser } from '../harness/browser.ts';
import { createDeployment, type Deployment } from '../harness/deployment.ts';
import type { ClientProcess } from './client-process.ts';
import { installClients } from './clients.ts';
import { openUser, type User } from './consent.ts';
import { clientDocuments } from './published-clients.ts';
import { publishDocuments, publishingMissing } from './published-documents.ts';
import { authorizeAddress } from './transcript.ts';

/** Why others' clients cannot sign in here, or undefined. */
export const signingInMissing = browserMissing ?? publishingMissing;

/** A deployment, a user at a browser, and the hosts that publish what clients say of themselves. */
export type ClientWorld = AsyncDisposable & {
  readonly deployment: Deployment;
  readonly user: User;
  /** The address that clients are given. */
  readonly mcp: string;
  /** The addresses of documents that the server has fetched. */
  readonly fetched: readonly string[];
  /** The environment of a client that has never been here. */
  newHome(): { HOME: string; LANG: string };
  /** Lets the user decide at the address that a client has printed, and waits for the client's good end. */
  allowed(client: ClientProcess, allowance?: Parameters<User['allow']>[1]): Promise<URL>;
  /** Runs while applications can register themselves (`dcr`), or publish who they are (`cimd`), only if that is named. */
  whileAllowed(ways: { dcr?: true; cimd?: true }, run: () => Promise<void>): Promise<void>;
  /** Enters an application as an administrator does. */
  enter(name: string, redirect: string): Promise<{ id: string; secret: string }>;
};

export async function createClientWorld(): Promise<ClientWorld> {
  installClients();
  buildDashboard();
  const documents = await publishDocuments(clientDocuments);
  const [deployment, browser] = await Promise.all([
    createDeployment({ env: documents.env }),
    launchBrowser(),
  ]);
  const user = await openUser(browser, deployment);
  const { oauth2Provider } = deployment.client;
  return {
    deployment,
    user,
    mcp: deployment.url + MCP_PATH,
    fetched: documents.fetched,
    newHome: () => ({ HOME: mkdtempSync(join(deployment.home, 'client-')), LANG: 'C.UTF-8' }),
    async allowed(client, allowance) {
      const [address] = await client.printed(authorizeAddress);
      await user.allow(address, allowance);
      const code = await client.ended;
      if (code !== 0) throw new Error(`it ended with ${code}:\n${client.text()}`);
      return new URL(address);
    },
    async whileAllowed(ways, run) {
      const set = (dcr: boolean, cimd: boolean) =>
        oauth2Provider.updateSettings({
          dynamic_client_registration: dcr ? 'on' : 'off',
          client_id_metadata_documents_enabled: cimd,
        });
      await set(ways.dcr === true, ways.cimd === true);
      try {
        await run();
      } finally {
        await set(true, true);
      }
    },
    async enter(name, redirect) {
      const { id } = await oauth2Provider.createApp({ name, redirect_uris: [redirect] });
      const { client_secret_full: secret } = await oauth2Provider.createSecret({ app: id });
      return { id, secret };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await deployment[Symbol.asyncDispose]();
      await documents[Symbol.asyncDispose]();
    },
  };
}
