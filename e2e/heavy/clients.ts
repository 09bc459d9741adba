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

/** The programs that come as native ones, in a package for each platform: their npm wrappers want an install script, or add nothing. */
const natives = {
  claude: () => `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
  codex: () => {
    const triple = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-musl`;
    return `@openai/codex-${process.platform}-${process.arch}/vendor/${triple}/bin/codex`;
  },
} as const;

export type ClientName = keyof typeof natives | 'conformance' | 'mcp-inspector' | 'mcp-remote';

/** The path of a client's program. */
export function clientProgram(name: ClientName): string {
  const modules = join(folder, 'node_modules');
  return name in natives
    ? join(modules, natives[name as keyof typeof natives]())
    : join(modules, '.bin', name);
}

/** Why a client cannot run here, or undefined. To be asked when the clients have been installed. */
export function clientMissing(name: ClientName): string | undefined {
  return existsSync(clientProgram(name))
    ? undefined
    : `${name} is not published for ${process.platform}-${process.arch}`;
}

/** The environment that a client runs in: what the test gives, the project's Node first, and no way to anywhere but this machine. */
export function clientEnv(env: Record<string, string>): Record<string, string> {
  const nowhere = 'http://127.0.0.1:9';
  return {
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NO_PROXY: '127.0.0.1,localhost',
    BROWSER: '/bin/true',
    ...env,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  };
}

export type ClientRun = { code: number | null; output: string };

/** Runs a client to its end, on the project's Node, and returns all it printed. */
export function runClient(
  name: ClientName,
  args: readonly string[],
  options: { env: Record<string, string>; cwd?: string; timeoutMs?: number },
): Promise<ClientRun> {
  const child = spawn(clientProgram(name), args, {
    env: clientEnv(options.env),
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
