import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why hosts that publish documents cannot be played here, or undefined. */
export const publishingMissing = existsSync('/usr/bin/openssl') ? undefined : 'openssl is not installed';

export type PublishedDocuments = AsyncDisposable & {
  /** What a server is started with, so that these hosts are its internet. */
  readonly env: { CODER_OAUTH2_DOCUMENTS_PROXY: string; NODE_EXTRA_CA_CERTS: string };
  /** The addresses that were fetched. */
  readonly fetched: string[];
};

/**
 * Hosts of the internet that publish documents about applications: an HTTPS server with certificates of an authority of its
 * own, and the proxy through which it is reached under all of their names.
 */
export async function publishDocuments(
  documents: Readonly<Record<string, object>>,
): Promise<PublishedDocuments> {
  const folder = mkdtempSync(join(tmpdir(), 'coder-documents-'));
  const { key, cert, authority } = makeCertificate(
    folder,
    Object.keys(documents).map((address) => new URL(address).hostname),
  );
  const fetched: string[] = [];
  const host = createServer({ key, cert }, (request, response) => {
    const address = `https://${request.headers.host}${request.url}`;
    fetched.push(address);
    const document = documents[address];
    if (!document) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  }).listen(0, '127.0.0.1');
  const proxy = createProxy((_, response) => response.writeHead(405).end()).listen(0, '127.0.0.1');
  await Promise.all([once(host, 'listening'), once(proxy, 'listening')]);
  proxy.on('connect', (_request, socket) => {
    const through = connect((host.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    for (const [end, other] of [
      [socket, through],
      [through, socket],
    ] as const) {
      end.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  return {
    env: {
      CODER_OAUTH2_DOCUMENTS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: authority,
    },
    fetched,
    async [Symbol.asyncDispose]() {
      for (const server of [proxy, host]) {
        server.close();
        server.closeAllConnections();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeCertificate(folder: string, hosts: readonly string[]) {
  const [key, authority] = [join(folder, 'key.pem'), join(folder, 'authority.pem')];
  const names = [...new Set(hosts)].map((host) => `DNS:${host}`).join(',');
  const subject = ['-subj', '/CN=Published documents', '-addext', `subjectAltName=${names}`];
  const lasting = ['-x509', '-nodes', '-days', '2', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  execFileSync('openssl', ['req', ...lasting, '-keyout', key, '-out', authority, ...subject], {
    stdio: 'pipe',
  });
  return { key: readFileSync(key), cert: readFileSync(authority), authority };
}
