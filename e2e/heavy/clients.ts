import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = join(import.meta.dirname, '../clients');
const stamp = join(folder, 'node_modules/.installed');

/** Installs the third-party clients as their lock file says, when that has changed. */
export function installClients(): void {
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  });
  writeFileSync(stamp, wanted);
}

/** The path of a client's program. Claude Code's own is the native one: its npm wrapper wants an install script. */
export function clientProgram(name: 'claude' | 'conformance' | 'mcp-inspector' | 'mcp-remote'): string {
  if (name !== 'claude') return join(folder, 'node_modules/.bin', name);
  return join(folder, `node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`);
}

export type ClientRun = { code: number | null; output: string };

/** Runs a client to its end, on the project's Node, and returns all it printed. */
export function runClient(
  name: Parameters<typeof clientProgram>[0],
  args: readonly string[],
  options: { env: Record<string, string>; cwd?: string; timeoutMs?: number },
): Promise<ClientRun> {
  const env = { ...options.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const child = spawn(clientProgram(name), args, {
    env,
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}
