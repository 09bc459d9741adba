import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHold, type Hold, letGo } from './hold.ts';
import { createPipePool, type Pipe, type PipePool } from './pipe-pool.ts';
import { shell } from './shell.ts';

let folder: string;
let home: string;
let pipes: PipePool;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hold-'));
  home = join(folder, 'home');
  mkdirSync(home);
  pipes = createPipePool(folder, 'test');
});
afterEach(() => {
  pipes.close();
  rmSync(folder, { recursive: true });
});

/** Runs a script that is held, does something with its gate, and resolves when it has ended. */
async function held(script: string, act: (gate: Pipe) => void): Promise<void> {
  const hold = createHold(shell(), folder, () => {}) as Hold;
  const [gate] = (await pipes.take(1)) as [Pipe];
  const opened = gate.openToRead();
  const child = spawn(shell(), ['-c', script], {
    cwd: home,
    env: { ...process.env, ...hold.variables },
    stdio: ['ignore', 'ignore', 'ignore', ...hold.descriptors(opened)],
  });
  closeSync(opened);
  hold.close();
  act(gate);
  gate.discard();
  await once(child, 'exit');
}

test('a command begins when it is let go', async () => {
  await held('touch ran', letGo);
  expect(readdirSync(home)).toEqual(['ran']);
});

test.each<[string, (gate: Pipe) => void]>([
  ['nothing', () => {}],
  ['something that is no line', (gate) => writeSync(gate.writeEnd, ' ')],
])('a command does nothing when whoever holds it ends after it said %s', async (_said, act) => {
  await held('touch ran', act);
  expect(readdirSync(home)).toEqual([]);
});

test('nobody can take the script away, since it has no name', () => {
  const hold = createHold(shell(), folder, () => {});
  expect(readdirSync(folder)).toEqual(['home']);
  hold?.close();
});

test.each(['/bin/sh', '/opt/a folder/bash', '/opt/$HOME/bash'])('%s is not held', (path) => {
  expect(createHold(path, folder, () => {})).toBeUndefined();
});

test('says why commands are not held where the script cannot be written', () => {
  const said: string[] = [];
  expect(createHold(shell(), join(folder, 'gone'), (message) => said.push(message))).toBeUndefined();
  expect(said).toEqual([expect.stringContaining('ENOENT')]);
});
