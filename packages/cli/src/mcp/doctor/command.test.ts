import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MCP_PATH } from '@coder/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from './report.ts';
import { type FakeDeployment, type Fault, startFakeDeployment } from './testing/fake-deployment.ts';
import { json } from './testing/replies.ts';

const main = fileURLToPath(new URL('../testing/mcp-main.ts', import.meta.url));
const token = 'stored-token-1234567890';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coder-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function signInAt(url: string): void {
  writeFileSync(join(folder, 'url'), url);
  writeFileSync(join(folder, 'session'), token);
}

const start = (args: string[], env: Record<string, string> = {}) =>
  spawn(process.execPath, [main, 'doctor', ...args], {
    env: { PATH: process.env.PATH ?? '', CODER_CONFIG_DIR: folder, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function ended(child: ReturnType<typeof start>) {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

const deployment = (fault: Fault = {}): Promise<FakeDeployment> => startFakeDeployment(fault, { token });
const shown = ({ seen }: FakeDeployment) =>
  seen.filter(({ headers }) => [...headers.values()].some((value) => value.includes(token)));

describe('coder exp mcp doctor', () => {
  it('examines the deployment of the session, with its token', async () => {
    await using fake = await deployment();
    signInAt(fake.url);
    const { code, stdout, stderr } = await ended(start([]));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${fake.url}${MCP_PATH}\n  ✔ reachable `);
    expect(stdout).toContain('claude.ai: ready, with 1 warning\n  ! address ');
    expect(stdout).toMatch(/\n {4} +→ Give the deployment a public https address/);
    expect(stdout).toContain('\n\nCursor: ready\n  ✔ address ');
    expect(stdout).toContain('✔ tools         lists 2 tools and calls coder_get_authenticated_user');
    expect(stdout).not.toContain(token);
    expect(fake.clients.size).toBe(0);
  });

  it('shows the token of a session to its own deployment only', async () => {
    await using own = await deployment();
    await using other = await deployment();
    signInAt(own.url);
    for (const args of [[other.url], ['--url', other.url]]) {
      const { stdout } = await ended(start(args));
      expect(stdout).toContain('your session is for another deployment; give --token or use --login');
    }
    const fromEnvironment = await ended(
      start([other.url], { CODER_URL: own.url, CODER_SESSION_TOKEN: token }),
    );
    expect(fromEnvironment.stdout).toContain('your session is for another deployment');
    expect(shown(other)).toEqual([]);
    await ended(start([other.url, '--token', token]));
    expect(shown(other).length).toBeGreaterThan(0);
    expect(shown(other).every(({ path }) => path.startsWith(MCP_PATH) || path.startsWith('/api/v2/'))).toBe(
      true,
    );
  });

  it('ends with 1 when a client could not connect, and prints JSON', async () => {
    await using fake = await deployment({
      answer: (seen, reply) =>
        seen.path === '/oauth2/register' && seen.body.includes('cursor://')
          ? json({ error: 'invalid_redirect_uri', error_description: '\u001b[2Jno' }, 400)
          : reply,
    });
    const { code, stdout } = await ended(start([`${fake.url}${MCP_PATH}`, '--output', 'json']));
    const report = JSON.parse(stdout) as Report;
    expect(code).toBe(1);
    expect(report).toMatchObject({ url: fake.url, mcp_url: `${fake.url}${MCP_PATH}`, connects: false });
    expect(report.clients.map(({ id, connects }) => [id, connects])).toEqual([
      ['claude', true],
      ['chatgpt', true],
      ['cursor', false],
      ['vscode', true],
    ]);
    expect(stdout).toContain('invalid_redirect_uri: \\\\u{1b}[2Jno');
    const others = await ended(start([fake.url, '--client', 'claude', '--client', 'vscode']));
    expect(others.code).toBe(0);
    expect(others.stdout).not.toContain('Cursor');
  });

  it.each([
    [[], 'Say what to examine: "coder exp mcp doctor https://coder.example.com".'],
    [['ftp://x'], '"ftp://x" is not an address.'],
    [['localhost:1', '--client', 'netscape'], 'must be one of: claude, chatgpt, cursor, vscode.'],
    [['localhost:1', '--timeout', 'soon'], '"soon" is not a length of time.'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, stdout } = await ended(start(args));
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });

  it.each([
    [false, 'Stopped. Nothing of it is left behind.'],
    [
      true,
      'Stopped. The application "client-1" that was registered for this check is left behind: HTTP 500.',
    ],
  ])('stopped by Ctrl+C deletes what it has registered (kept from it: %j)', async (isKept, message) => {
    let child: ReturnType<typeof start> | undefined;
    await using fake = await deployment({
      answer(seen, reply) {
        if (isKept && seen.method === 'DELETE') return json({}, 500);
        if (seen.path !== '/oauth2/tokens') return reply;
        child?.kill('SIGINT');
        return undefined;
      },
    });
    child = start([fake.url]);
    const { code, stderr } = await ended(child);
    expect(code).toBe(130);
    expect(stderr).toContain(message);
    expect(fake.seen.at(-1)).toMatchObject({ method: 'DELETE', path: '/oauth2/clients/client-1' });
  });
});
