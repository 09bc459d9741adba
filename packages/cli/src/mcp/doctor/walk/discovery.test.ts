import { MCP_PATH } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { at, diagnose, fields, headers, publicUrl } from '../testing/diagnose.ts';
import type { Fault } from '../testing/fake-deployment.ts';
import { html, json } from '../testing/replies.ts';

const resourceDocument = `/.well-known/oauth-protected-resource${MCP_PATH}`;
const everyone = ['claude', 'chatgpt', 'cursor', 'vscode'];

describe('discovery', () => {
  it('needs metadata for the address that was typed', async () => {
    const { told, report } = await diagnose({
      answer: at(resourceDocument, fields({ resource: `https://old.example.com${MCP_PATH}` })),
    });
    for (const id of everyone) {
      expect(told(id, 'problem')).toEqual([
        expect.stringContaining(
          `discovery: The metadata is for the resource "https://old.example.com${MCP_PATH}", but the client was given ${publicUrl}${MCP_PATH}`,
        ),
      ]);
      expect(told(id, 'problem')[0]).toContain(`→ Set CODER_ACCESS_URL to ${publicUrl}`);
    }
    expect(report.connects).toBe(false);
  });

  it('takes metadata for the whole host as the SDK does, and refuses it as strict clients do', async () => {
    const { told } = await diagnose({ answer: at(resourceDocument, fields({ resource: publicUrl })) });
    expect(everyone.map((id) => told(id, 'problem').length)).toEqual([1, 1, 0, 1]);
  });

  it('tells the slash from no slash', async () => {
    const { told } = await diagnose({}, { url: `${publicUrl}${MCP_PATH}/`, accessUrl: publicUrl });
    expect(told('claude', 'problem')).toEqual([
      expect.stringContaining(
        '→ Give clients the address exactly as the server names it, without the slash at its end.',
      ),
    ]);
    expect(told('cursor', 'problem')).toEqual([]);
  });

  it.each<[string, Fault['answer'], string]>([
    [
      'is not passed on',
      at(/oauth-protected-resource/, () => json({ message: 'no' }, 404)),
      `The protected-resource metadata at ${publicUrl}${resourceDocument} is not there (HTTP 404, "no"). → Let the proxy pass this path`,
    ],
    [
      'is a page',
      at(resourceDocument, () => html('Welcome')),
      'is a web page (HTTP 200) where a client expects JSON. → Let the proxy pass this path to the server without a sign-in page',
    ],
    [
      'names no authorization server',
      at(resourceDocument, fields({ authorization_servers: undefined })),
      'The protected-resource metadata has no authorization_servers. → Update the server',
    ],
    [
      'names one without https',
      at(resourceDocument, fields({ authorization_servers: ['http://coder.example.com'] })),
      'The authorization server is "http://coder.example.com", without https, and clients do not go there. → Set CODER_ACCESS_URL',
    ],
    [
      'names one inside',
      at(resourceDocument, fields({ authorization_servers: ['http://127.0.0.1:3000'] })),
      'The authorization server is "http://127.0.0.1:3000", which every client would look for on its own machine.',
    ],
    [
      'is named without https',
      at(
        MCP_PATH,
        headers({
          'www-authenticate': `Bearer resource_metadata="http://coder.example.com${resourceDocument}"`,
        }),
      ),
      'The metadata that the refusal names is "http://coder.example.com',
    ],
  ])('says that the document %s', async (_, answer, message) => {
    const { told, deployment } = await diagnose({ answer });
    for (const id of everyone) expect(told(id, 'problem')).toEqual([expect.stringContaining(message)]);
    expect(told('claude', 'skipped')[0]).toContain('metadata: not reached: see what is wrong above');
    expect(deployment.clients.size).toBe(0);
  });

  it('warns of another Content-Type', async () => {
    const { told } = await diagnose({
      answer: at(resourceDocument, headers({ 'content-type': 'text/plain; charset=utf-8' })),
    });
    expect(told('vscode', 'warning')).toEqual([
      expect.stringContaining(
        'is served as "text/plain; charset=utf-8", and strict clients take only application/json.',
      ),
    ]);
  });

  it('fetches a document once for all clients', async () => {
    const { deployment } = await diagnose();
    expect(deployment.seen.filter(({ path }) => path === resourceDocument)).toHaveLength(1);
  });
});
