import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalProcess, StartProcess, type StartProcessInput } from '@coder/api/agent';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEnvironment, MARKER_VARIABLE, type WorkspaceEnvironment } from './environment.ts';
import { createHold, type Hold } from './hold.ts';
import { defaultProcessLimits } from './limits.ts';
import { createOffspring } from './offspring.ts';
import { createPipePool, type PipePool } from './pipe-pool.ts';
import { readProc, readProcTable } from './proc-table.ts';
import { createProcessRegistry, type ProcessRegistry } from './registry.ts';
import { shell } from './shell.ts';

const { _, OLDPWD, ...given } = process.env;

let folder: string;
let home: string;
let marker: string;
let pipes: PipePool;
let environment: WorkspaceEnvironment;
let registry: ProcessRegistry;
let hold: Hold | undefined;
const offspring = createOffspring(undefined, () => {});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prepared-'));
  home = join(folder, 'home');
  marker = folder;
  mkdirSync(home);
  pipes = createPipePool(folder, randomUUID());
  await pipes.fill();
  environment = createEnvironment(given, marker);
  hold = createHold(shell(), folder, () => {});
  registry = createProcessRegistry({
    limits: defaultProcessLimits,
    environment,
    pipes,
    offspring,
    hold,
    stateDir: folder,
    bootId: 'test',
    resolveCwd: (cwd) => cwd ?? home,
    now: Date.now,
  });
});
afterEach(async () => {
  await registry.shutdown(0);
  pipes.close();
  hold?.close();
  rmSync(folder, { recursive: true });
});

async function run(input: StartProcessInput, after?: Promise<void>) {
  const request = StartProcess.parse({
    merge_stderr: true,
    wait_ms: 20_000,
    max_output_bytes: 1024 * 1024,
    ...input,
  });
  const { process, output } = await registry.start(request, undefined, after ? { after } : {});
  const text = output.chunks.map(({ data }) => data).join('');
  return { pid: process.pid, exitCode: process.exit_code, reason: process.end_reason, text };
}

/** The shells that wait: children of this process that lead a session and have no program of their own yet. */
const shells = () =>
  readProcTable().filter((p) => p.parent === process.pid && p.session === p.pid && isWaiting(p.pid));

/** Looked at once, since the one that is only tried may be gone at a second look. */
function isWaiting(pid: number): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return (
      environment.includes(`${MARKER_VARIABLE}=${marker}`) && !environment.includes('CODER_PROCESS=trial')
    );
  } catch {
    return false;
  }
}

/** The named pipes that a process has open, one entry for each of its descriptors. */
function pipesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const name = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return name.includes('/coder-pipe-') ? [name] : [];
    } catch {
      return [];
    }
  });
}

/** Runs something, after which a shell waits; resolves with its pid. */
async function waiting(): Promise<number> {
  await run({ command: 'true' });
  return vi.waitFor(() => {
    const [shell, ...others] = shells();
    expect(others).toEqual([]);
    expect(shell).toBeDefined();
    return shell?.pid as number;
  });
}

const LOOK = `
echo "$_ $? $LINENO"; declare -p | grep -Ev ' (BASH_A[R]GC|PIPE[S]TATUS|BASHPID|S?RANDOM|EPOCH[A-Z]*|SECONDS|CODER_PROCESS)='; shopt; set -o
env | grep -v '^CODER_PROCESS=' | sort; env | grep -c '^CODER_PROCESS='
for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12; do readlink /proc/self/fd/$fd; done
echo "$0 $# $-"; tr '\\0' '|' < /proc/$$/cmdline; readlink /proc/$$/exe; pwd
[ "$(cut -d ' ' -f 5,6 /proc/$$/stat)" = "$$ $$" ] && echo leads its session
cat /proc/$$/oom_score_adj; grep -E '^(Sig(Blk|Ign|Cgt)|Umask|Threads)' /proc/$$/status; ulimit -a; exit 7`;

test('what a waiting shell becomes is the same as what is started anew', async () => {
  const anew = await run({ command: LOOK });
  const pid = await waiting();
  const became = await run({ command: LOOK });
  expect(anew.pid).not.toBe(pid);
  expect(became.pid).toBe(pid);
  expect(became.text).toContain('leads its session');
  const same = ({ text, ...rest }: typeof anew) => ({
    ...rest,
    pid: 0,
    text: text.replace(/coder-pipe\S+/g, ''),
  });
  expect(same(became)).toEqual(same(anew));
});

test.each([
  `printf '%s\\n' "a'b" 'c"d' "\\$HOME" \\\\ '!x' '*' "$((1 + 1))"`,
  'echo one\necho two >&2\n\n# no more\n',
  `cat <<'end'\n'\n"\nend\nexit 3`,
  `x=\\'; echo "$x"`,
  ' \t ',
  'echo "',
  'kill -9 $$',
  '-c',
])('hands on a command as it is: %j', async (command) => {
  const anew = await run({ command });
  const pid = await waiting();
  const became = await run({ command });
  expect(became.pid).toBe(pid);
  expect({ ...became, pid: 0 }).toEqual({ ...anew, pid: 0 });
});

test.each<[string, StartProcessInput]>([
  ['has input', { command: 'cat', stdin: 'pipe', timeout_ms: 50 }],
  ['has a terminal', { command: 'true', pty: { width: 80, height: 24 } }],
  ['starts elsewhere', { command: 'true', cwd: '/' }],
  ['adds to the environment', { command: 'true', env: { A: 'b' } }],
  ['has other letters', { command: 'echo é' }],
  [
    'asks for what the shell was told',
    { command: 'trap \'[ "$BASH_COMMAND" = false ] && exit 0; exit 9\' EXIT; false' },
  ],
  ['is long', { command: `true ${'x'.repeat(3_000)}` }],
  ['names its interpreter', { command: '#!/bin/sh\ntrue' }],
  ['is no shell command', { argv: ['true'] }],
  ['has two outputs', { command: 'true', merge_stderr: false }],
])('starts anew what %s, and the shell goes on waiting', async (_what, input) => {
  const pid = await waiting();
  const { reason, exitCode } = await run(input);
  expect(reason === 'timeout' || exitCode === 0).toBe(true);
  expect((await run({ command: 'true' })).pid).toBe(pid);
});

test('a command has the environment and the folder of its own moment, not of that in which the shell began', async () => {
  const first = await waiting();
  environment.set({ LATER: 'yes' });
  const changed = await run({ command: 'echo $LATER' });
  expect(changed).toMatchObject({ text: 'yes\n', exitCode: 0 });
  expect(changed.pid).not.toBe(first);

  const second = await waiting();
  expect(second).not.toBe(first);
  expect(await run({ command: 'echo $LATER' })).toMatchObject({ pid: second, text: 'yes\n' });

  const third = await waiting();
  rmSync(home, { recursive: true });
  mkdirSync(home);
  const moved = await run({ command: 'echo here > file; cat file' });
  expect(moved).toMatchObject({ text: 'here\n', exitCode: 0 });
  expect(moved.pid).not.toBe(third);
});

test.each([
  ['SIGKILL', 'Z'],
  ['SIGSTOP', 'T'],
] as const)('is not taken in by a shell that got %s', async (signal, state) => {
  const pid = await waiting();
  process.kill(pid, signal);
  // Without a turn, in which Node could be told.
  while (readProc(pid)?.state !== state);
  await expect(run({ command: 'echo runs' })).resolves.toMatchObject({ text: 'runs\n', exitCode: 0 });
  await vi.waitFor(() => expect(shells().map((p) => p.pid)).not.toContain(pid));
});

test('starts nothing before its time has come, and nothing when it does not', async () => {
  const pid = await waiting();
  const go = Promise.withResolvers<void>();
  const held = run({ command: 'echo ran > ran; echo done' }, go.promise);
  const lost = Promise.withResolvers<void>();
  const dropped = run({ id: 'dropped', command: 'echo ran > dropped' }, lost.promise);
  dropped.catch(() => {});
  await expect(run({ argv: ['ls'] })).resolves.toMatchObject({ text: '' });
  lost.reject(new Error('the caller has gone'));
  await expect(dropped).rejects.toThrow('the caller has gone');
  go.resolve();
  await expect(held).resolves.toMatchObject({ pid, text: 'done\n' });
  expect((await run({ argv: ['ls'] })).text).toBe('ran\n');
  expect(registry.list().processes.map(({ id }) => id)).not.toContain('dropped');
  // The name is free again.
  expect((await run({ id: 'dropped', command: 'echo new' })).text).toBe('new\n');
});

test.each<[string, (pid: number) => void, string]>([
  ['the environment changes', () => environment.set({ LATER: 'yes' }), 'yes\n'],
  [
    'the folder is another',
    () => {
      rmSync(home, { recursive: true });
      mkdirSync(home);
    },
    '\n',
  ],
  [
    'the shell is stopped',
    (pid) => {
      process.kill(pid, 'SIGSTOP');
      while (readProc(pid)?.state !== 'T');
    },
    '\n',
  ],
  [
    'the shell is ended',
    (pid) => {
      process.kill(pid, 'SIGKILL');
      while (readProc(pid)?.state !== 'Z');
    },
    '\n',
  ],
])('a command that is held finds what is there when it starts: %s meanwhile', async (_what, change, text) => {
  const pid = await waiting();
  const go = Promise.withResolvers<void>();
  const held = run({ command: 'touch it && echo $LATER' }, go.promise);
  change(pid);
  go.resolve();
  const ran = await held;
  expect(ran).toMatchObject({ text, exitCode: 0 });
  expect(ran.pid).not.toBe(pid);
});

test('a command that is held is refused when its folder is gone meanwhile', async () => {
  await waiting();
  const go = Promise.withResolvers<void>();
  const held = run({ command: 'true' }, go.promise);
  rmSync(home, { recursive: true });
  go.resolve();
  await expect(held).rejects.toMatchObject({ code: 'not_found' });
  mkdirSync(home);
});

test('what is written to both outputs comes in its order', async () => {
  const command = 'set -x; for i in 1 2 3 4 5 6 7 8 9; do echo $i; echo e$i >&2; done';
  const anew = await run({ command });
  const pid = await waiting();
  const became = await run({ command });
  expect(became.pid).toBe(pid);
  const expected = Array.from({ length: 9 }, (_, i) => i + 1).map(
    (i) => `+ for i in 1 2 3 4 5 6 7 8 9\n+ echo ${i}\n${i}\n+ echo e${i}\ne${i}\n`,
  );
  expect(anew.text).toBe(expected.join(''));
  expect(became.text).toBe(expected.join(''));
});

test('what is held and does not begin is ended, and leaves nothing', async () => {
  const pid = await waiting();
  // What it reads, by what it is let go, and what it writes.
  const ofShell = new Set(pipesOf(pid));
  const left = () => pipesOf(process.pid).filter((name) => ofShell.has(name));
  expect(ofShell.size).toBe(3);
  expect(new Set(left())).toEqual(ofShell);
  const refusal = Promise.withResolvers<void>();
  const refused = run({ command: 'touch ran' }, refusal.promise);
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).toContain('touch'));
  refusal.reject(new Error('no row'));
  await expect(refused).rejects.toThrow('no row');
  await vi.waitFor(() => expect(readProc(pid)).toBeUndefined());
  expect(readdirSync(home)).toEqual([]);
  await vi.waitFor(() => expect(left()).toEqual([]));
});

test('a shutdown ends what is held', async () => {
  const pid = await waiting();
  const go = Promise.withResolvers<void>();
  const held = run({ command: 'touch ran' }, go.promise);
  await registry.shutdown(0);
  await vi.waitFor(() => expect(readProc(pid)).toBeUndefined());
  go.resolve();
  await expect(held).rejects.toMatchObject({ code: 'shutting_down' });
  expect(readdirSync(home)).toEqual([]);
});

test('a command that may have begun by itself is not run again', async () => {
  const pid = await waiting();
  const go = Promise.withResolvers<void>();
  const held = run({ command: 'echo ran >> ran' }, go.promise);
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).toContain('echo'));
  // Whoever is of the workspace's account can let it go.
  writeFileSync(`/proc/${pid}/fd/3`, '\n');
  await vi.waitFor(() => expect(readProc(pid)).toBeUndefined());
  go.resolve();
  await expect(held).rejects.toMatchObject({ code: 'internal' });
  expect(readFileSync(join(home, 'ran'), 'utf8')).toBe('ran\n');
});

test('many at once each get a process of their own', async () => {
  await waiting();
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, i) => run({ command: `echo ${i}; sleep 0.1` })),
  );
  expect(all.map(({ text }) => text)).toEqual(all.map((_, i) => `${i}\n`));
  expect(new Set(all.map(({ pid }) => pid)).size).toBe(20);
});

test('none waits when the registry has shut down', async () => {
  await waiting();
  await registry.shutdown(0);
  await vi.waitFor(() => expect(shells()).toEqual([]));
});

test('a held command is there already, and is that command only', async () => {
  const pid = await waiting();
  const go = Promise.withResolvers<void>();
  const held = run({ command: 'exec cat /proc/self/cmdline' }, go.promise);
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).toContain('exec cat'));
  go.resolve();
  await expect(held).resolves.toMatchObject({ pid, text: 'cat\0/proc/self/cmdline\0' });
});

test('who goes on reading from the output of a command is given nothing of the next', async () => {
  const thief = '(exec 3< /dev/stdout > /dev/null 2>&1; while :; do timeout 0.2 cat <&3 >> stolen; done) &';
  await run({ id: 'thief', command: thief });
  for (let i = 0; i < 100; i++) expect((await run({ command: `echo token-${i}` })).text).toBe(`token-${i}\n`);
  await registry.get('thief').signal(SignalProcess.parse({ signal: 'KILL' }));
  expect((await run({ command: 'cat stolen 2>&1 || true' })).text).not.toContain('token');
});
