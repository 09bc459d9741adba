import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildAgent } from '@coder/agent';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeOptions, stageRuntime } from './runtime.ts';

let folder: string;
let warnings: string[];
const log = { warn: (_: unknown, message?: string) => void warnings.push(message ?? '') };
beforeEach(() => {
  warnings = [];
  folder = mkdtempSync(join(tmpdir(), 'runtime-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Whether Node under these options takes the code that was kept of a bundle. */
function takesCode(runtime: string, entry: string, options: readonly string[]): boolean {
  const program = `
    import { readFileSync } from 'node:fs';
    import { agentScript, codeFile } from '${join(runtime, 'agent-script.mjs')}';
    const entry = '${join(runtime, entry)}';
    console.log(agentScript(entry, readFileSync(codeFile(entry))).script.cachedDataRejected === false);`;
  const args = [...options, '--input-type=module', '-e', program];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim() === 'true';
}

it('keeps what the engine makes of the agent, which an agent takes and any other way to start it leaves alone', async () => {
  const { entry } = await buildAgent({ outputFolder: join(folder, 'built') });
  const staged = await stageRuntime(join(folder, 'runtimes'), process.execPath, entry, log);
  expect(takesCode(staged.folder, staged.entry, nodeOptions)).toBe(true);
  expect(takesCode(staged.folder, staged.entry, ['--no-opt'])).toBe(false);
  // Whoever works in a workspace may read it and not write it.
  const code = join(staged.folder, `${staged.entry}.code`);
  expect(statSync(code).mode & 0o777).toBe(0o644);
  // A server that could not make it, for example for want of time, leaves that to the next.
  rmSync(code);
  expect(await stageRuntime(join(folder, 'runtimes'), process.execPath, entry, log)).toEqual(staged);
  expect(takesCode(staged.folder, staged.entry, nodeOptions)).toBe(true);
  expect(statSync(code).mode & 0o777).toBe(0o644);
  expect(warnings).toEqual([]);
  // What a disk has damaged is left alone.
  const bytes = readFileSync(code);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(code, bytes);
  expect(takesCode(staged.folder, staged.entry, nodeOptions)).toBe(false);
});

it('starts agents without it where it cannot be made', async () => {
  const entry = join(folder, 'broken', 'agent.cjs');
  mkdirSync(dirname(entry));
  writeFileSync(entry, 'throw new Error("not today");');
  const staged = await stageRuntime(join(folder, 'runtimes'), process.execPath, entry, log);
  expect(existsSync(join(staged.folder, staged.entry))).toBe(true);
  expect(readdirSync(join(staged.folder, 'agent')).filter((name) => name.includes('.code'))).toEqual([]);
  expect(warnings).toEqual(['the agent could not be compiled beforehand: workspaces start more slowly']);
});
