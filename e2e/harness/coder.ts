import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const node = process.execPath;
export const coderEntry = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

export type Finished = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** The environment of a user who has nothing set up but what the test gives. */
export function cleanEnv(home: string, extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'C.UTF-8',
    HOME: home,
    CODER_CONFIG_DIR: `${home}/config`,
    CODER_DATA_DIR: `${home}/data`,
    ...extra,
  };
}

/** Starts `coder` with these arguments and this environment, and nothing else of ours. */
export function spawnCoder(args: readonly string[], env: Record<string, string>, cwd?: string): ChildProcess {
  return spawn(node, [coderEntry, ...args], { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Runs `coder` to its end. */
export async function runCoder(
  args: readonly string[],
  env: Record<string, string>,
  options: { input?: string; cwd?: string; timeoutMs?: number } = {},
): Promise<Finished> {
  const child = spawnCoder(args, env, options.cwd);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { code, signal, stdout, stderr };
}
