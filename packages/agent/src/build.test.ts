import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildAgent } from './build.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-build-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the bundle runs from wherever its folder is copied to, and says what it needs', async () => {
  const outputFolder = join(folder, 'out');
  const [first, second] = await Promise.all([buildAgent({ outputFolder }), buildAgent({ outputFolder })]);
  expect(second).toEqual(first);
  const copy = join(folder, 'copy');
  cpSync(dirname(first.entry), copy, { recursive: true });
  const run = spawnSync(process.execPath, [join(copy, basename(first.entry))], { env: {}, encoding: 'utf8' });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('CODER_AGENT_URL and CODER_AGENT_TOKEN must be set');
});
