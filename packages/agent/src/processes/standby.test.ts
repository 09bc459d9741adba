import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartProcess } from '@coder/api/agent';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEnvironment, MARKER_VARIABLE, type WorkspaceEnvironment } from './environment.ts';
import { createHold, type Hold } from './hold.ts';
import { createOffspring } from './offspring.ts';
import { createPipePool, type PipePool } from './pipe-pool.ts';
import { hasEnvironment, readProcTable } from './proc-table.ts';
import { shell } from './shell.ts';
import { createStandby, type Standby } from './standby.ts';

const { _, OLDPWD, ...given } = process.env;

let folder: string;
let marker: string;
let pipes: PipePool;
let hold: Hold | undefined;
let environment: WorkspaceEnvironment;
let standby: Standby;
/** Called with what a shell is about to be forked with. */
let onFork: (unique: string) => void;
let onForked: (child: ChildProcess) => void;
const offspring = createOffspring(undefined, () => {});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'standby-'));
  marker = folder;
  pipes = createPipePool(folder, 'test');
  hold = createHold(shell(), folder, () => {});
  environment = createEnvironment(given, marker);
  onFork = () => {};
  onForked = () => {};
  let last = 0;
  standby = createStandby({
    pipes,
    offspring: {
      ...offspring,
      fork(start) {
        const child = offspring.fork(start);
        onForked(child as ChildProcess);
        return child;
      },
    },
    hold,
    folder: () => folder,
    nextUnique: () => `test-${++last}`,
    environment(unique, cwd) {
      const made = environment.build('non_interactive', { PWD: cwd, CODER_PROCESS: unique });
      onFork(unique);
      return made;
    },
    revision: () => environment.revision,
  });
});
afterEach(async () => {
  standby.close();
  await vi.waitFor(() => expect(shells()).toEqual([]));
  pipes.close();
  hold?.close();
  rmSync(folder, { recursive: true });
});

const request = StartProcess.parse({ command: 'true', merge_stderr: true });
const take = () => standby.take(request, folder, [shell(), '-c', 'true']);

const shells = (): number[] =>
  readProcTable()
    .filter((p) => p.parent === process.pid && hasEnvironment(p.pid, `${MARKER_VARIABLE}=${marker}`))
    .map(({ pid }) => pid);

test('has one ready, and only one', async () => {
  await standby.prepare();
  const first = shells();
  expect(first).toHaveLength(1);
  await Promise.all([standby.prepare(), standby.prepare()]);
  expect(shells()).toEqual(first);
  expect(take()?.child.process.pid).toBe(first[0]);
  expect(take()).toBeUndefined();
});

test('ends the one that nothing has come for in a minute', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await standby.prepare();
    vi.advanceTimersByTime(59_999);
    expect(shells()).toHaveLength(1);
    expect(take()).toBeDefined();
    await standby.prepare();
    vi.advanceTimersByTime(60_000);
    expect(take()).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});

test.each(['not-a-variable', 'LD_PRELOAD', 'POSIXLY_CORRECT', 'OLDPWD', 'BASH_ENV', 'TMOUT', '_'])(
  'none waits where the environment holds %s, which a shell would not hand on as it is',
  async (name) => {
    environment.set({ [name]: '' });
    await standby.prepare();
    expect(shells()).toEqual([]);
    environment.set({});
    await standby.prepare();
    expect(shells()).toHaveLength(1);
  },
);

test('none waits where a shell has something of its own to say', async () => {
  environment.set({ LC_ALL: 'no_WHERE' });
  await standby.prepare();
  await standby.prepare();
  expect(take()).toBeUndefined();
  environment.set({});
  await standby.prepare();
  expect(take()).toBeDefined();
});

test('none waits that was forked in an environment in which none was tried', async () => {
  onFork = (unique) => {
    if (unique === 'trial') environment.set({ LC_ALL: 'no_WHERE' });
    onFork = () => {};
  };
  await standby.prepare();
  expect(take()).toBeUndefined();
  await standby.prepare();
  expect(take()).toBeUndefined();
});

test.each(['SIGKILL', 'SIGSTOP'] as const)('tries again when the tried one got %s', async (signal) => {
  onForked = (child) => {
    child.kill(signal);
    onForked = () => {};
  };
  await standby.prepare();
  expect(take()).toBeUndefined();
  await vi.waitFor(() => expect(shells()).toEqual([]));
  await standby.prepare();
  expect(take()).toBeDefined();
});

test.each(['trial', 'test-1'])(
  'none is left or comes when it is closed while %s is forked',
  async (which) => {
    onFork = (unique) => {
      if (unique === which) standby.close();
    };
    await standby.prepare();
    await standby.prepare();
    await vi.waitFor(() => expect(shells()).toEqual([]));
    expect(take()).toBeUndefined();
  },
);
