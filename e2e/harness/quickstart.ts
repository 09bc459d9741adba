import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { cleanEnv, runCoder, spawnCoder } from './coder.ts';
import { waitUntil } from './deployment.ts';
import { endWorkspaces } from './processes.ts';

/** A quickstart that has printed its guide, and the address in that. */
export interface Quickstart {
  child: ChildProcess;
  printed: string;
  errors: string;
  url: string;
}

/** The home of a user who runs quickstart, again and again. */
export interface QuickstartHome extends AsyncDisposable {
  home: string;
  env: Record<string, string>;
  /** Runs `coder quickstart` until it has printed its guide. */
  run(extra?: Record<string, string>): Promise<Quickstart>;
  /** The same for one that was started in another way. */
  follow(child: ChildProcess): Promise<Quickstart>;
  stop(child: ChildProcess): Promise<number | null>;
  deleteDemo(url: string): Promise<void>;
}

export function createQuickstartHome(): QuickstartHome {
  const home = mkdtempSync(join(tmpdir(), 'coder-quickstart-'));
  chmodSync(home, 0o711);
  const env = cleanEnv(home, { CODER_HTTP_ADDRESS: '127.0.0.1:0' });
  const running: ChildProcess[] = [];
  const dataFolders = new Set([join(home, 'data')]);

  async function stop(child: ChildProcess): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    return child.exitCode;
  }

  async function follow(child: ChildProcess): Promise<Quickstart> {
    running.push(child);
    let printed = '';
    let errors = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    await waitUntil(() => {
      if (child.exitCode !== null) throw new Error(`quickstart ended with ${child.exitCode}: ${errors}`);
      return printed.includes('Press Ctrl+C');
    }, 60_000);
    const url = /Deployment\s+(\S+)/.exec(printed)?.[1] ?? '';
    return { child, printed, errors, url };
  }

  return {
    home,
    env,
    run(extra = {}) {
      if (extra.CODER_DATA_DIR) dataFolders.add(extra.CODER_DATA_DIR);
      return follow(spawnCoder(['quickstart'], { ...env, ...extra }));
    },
    follow,
    stop,
    async deleteDemo(url) {
      const deleted = await runCoder(['delete', 'demo', '--yes', '--url', url], env);
      expect(deleted.code, deleted.stderr).toBe(0);
    },
    async [Symbol.asyncDispose]() {
      for (const child of running.splice(0)) await stop(child);
      for (const folder of dataFolders) endWorkspaces(folder);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The password is printed once and kept in a file that only its owner can read: `promise` names who says so. */
export function expectKeptPassword(home: string, printed: string, promise?: string): void {
  const file = join(home, 'config/quickstart.json');
  const { email, password } = JSON.parse(readFileSync(file, 'utf8')) as { email: string; password: string };
  expect(printed.split(password).length - 1, promise).toBe(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(printed).toContain(`(signs in as ${email})`);
}
