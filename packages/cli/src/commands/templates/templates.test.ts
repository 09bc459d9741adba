import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiClient } from '@coder/api';
import { expect, it } from 'vitest';
import { starterFolder } from '../../starter-templates.ts';
import { publishTemplate } from '../../template-publish.ts';
import { httpServer } from '../../testing/http-server.ts';
import { runCoder } from '../../testing/run-coder.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

it('edit without a setting is refused with the settings there are, before anything is asked', async () => {
  await using server = await httpServer(() => ({ body: [] }));
  const to = ['--url', server.url, '--token', 'aBcDeFgHiJ-0123456789abcdefghijkl'];
  for (const more of [[], ['--org', 'default']]) {
    const { code, stdout, stderr } = await runCoder('templates', 'edit', 'node', ...more, ...to);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Say what is to change: --name, --display-name, .*--deprecated\. /);
    expect(stderr).not.toMatch(/--org|--url|--token/);
  }
  expect(server.asked).toEqual([]);
});

it("init calls the template as its folder is called, and changes nothing else of the starter's", async () => {
  using folder = temporaryFolder();
  const target = join(folder.path, 'mytpl');
  expect((await runCoder('templates', 'init', '--id', 'node', target)).code).toBe(0);
  const starter = readFileSync(join(starterFolder, 'node', 'template.yaml'), 'utf8');
  const manifest = readFileSync(join(target, 'template.yaml'), 'utf8');
  expect(manifest).toContain('name: mytpl\n');
  expect(manifest.replace('name: mytpl', 'name: node')).toBe(starter);
  const { code, stderr } = await runCoder('templates', 'init', '--id', 'node', join(folder.path, 'my tpl'));
  expect(code).toBe(1);
  expect(stderr).toContain('cannot be called "my tpl"');
});

it('a manifest with problems says each of them once, beside what is not in the error', async () => {
  const id = '11111111-1111-4111-8111-111111111111';
  const problems = ['template.yaml:3: "nmae" is not a known key.', 'template.yaml:9: must be a number.'];
  await using server = await httpServer(({ path: address, method }) => {
    const { pathname: path, searchParams } = new URL(address, 'http://localhost');
    if (path.endsWith('/templates')) return { body: [] };
    if (path.endsWith('/files')) return { body: { hash: id } };
    if (method === 'POST') return { body: { id } };
    if (!path.endsWith('/logs')) {
      return { body: { id, job: { status: 'failed', completed_at: 'now', error: problems.join('\n') } } };
    }
    const lines = ['Reading the archive.', ...problems, 'said only here'];
    const log = (output: string, at: number) => ({
      id: at + 1,
      log_level: at === 0 ? 'info' : 'error',
      output,
    });
    return { body: searchParams.get('after') === '0' ? lines.map(log) : [] };
  });
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const publication = { organization: 'default', name: 'x', archive: new Uint8Array(1), activate: true };
  await expect(
    publishTemplate(createApiClient({ url: server.url }), publication, {
      line: say,
      step: say,
      succeed: say,
      fail: say,
    }),
  ).rejects.toThrow(problems.join('\n'));
  expect(said).toEqual(['Reading the archive.', 'said only here']);
});
