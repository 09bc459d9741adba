import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TemplateManifest } from '@coder/api';
import { afterAll, describe, expect, it } from 'vitest';
import { importArchive } from './import-archive.ts';
import { instantiate } from './instantiate.ts';
import { resolveParameters } from './parameters/resolve.ts';
import type { AgentSpec } from './spec.ts';
import { createStarterTemplates } from './starters.ts';

const directory = fileURLToPath(new URL('../../../../templates', import.meta.url));
const starters = createStarterTemplates({ directory });
const folders: string[] = [];
const temporary = () => {
  const folder = mkdtempSync(join(tmpdir(), 'starter-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function imported(id: string) {
  const result = await importArchive((await starters.archive(id))!, 'application/x-tar');
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result;
}

function agentOf(manifest: TemplateManifest, given: Record<string, string> = {}): AgentSpec {
  const { values, problems } = resolveParameters({
    manifest,
    given: Object.entries(given).map(([name, value]) => ({ name, value })),
    transition: 'start',
  });
  expect(problems).toEqual([]);
  return instantiate(manifest, { values, workspace: { name: 'dev' }, owner: { name: 'ada' } }).agent;
}

/** Runs the startup script as the agent does, in a home of its own. */
function startUp(
  agent: AgentSpec,
  home: string,
  path = [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
) {
  const env = { ...agent.env, HOME: home, PATH: path };
  const run = spawnSync('/bin/sh', ['-c', agent.scripts[0]!.script], { env, cwd: home, encoding: 'utf8' });
  return { status: run.status, output: run.stdout + run.stderr, env };
}

describe('the starter templates', () => {
  it('are these', async () => {
    expect(await starters.ids()).toEqual(['local', 'node', 'python']);
    expect(await starters.archive('../templates')).toBeUndefined();
  });

  it.each(['local', 'node', 'python'])(
    '%s is sound, explained, and can be built with its defaults and each preset',
    async (id) => {
      const { manifest, readme, warnings } = await imported(id);
      expect(warnings).toEqual([]);
      expect(readme).toMatch(/^# /);
      expect(manifest).toMatchObject({
        name: id,
        display_name: expect.any(String),
        description: expect.any(String),
      });
      expect(manifest.parameters.every(({ required }) => !required)).toBe(true);
      expect(manifest.presets.length).toBeGreaterThan(0);
      agentOf(manifest);
      for (const preset of manifest.presets) agentOf(manifest, preset.parameters);
      for (const { key, script } of agentOf(manifest).metadata) {
        const { status } = spawnSync('/bin/sh', ['-c', script], {
          env: { HOME: temporary(), PATH: process.env.PATH },
        });
        expect([key, status]).toEqual([key, 0]);
      }
    },
  );
});

describe('the node template', () => {
  it.each(['server', 'library', 'empty'])(
    'makes a %s whose tests pass, and leaves it alone afterwards',
    async (kind) => {
      const { manifest } = await imported('node');
      const agent = agentOf(manifest, { project_kind: kind, project_name: 'shop' });
      expect(agent.directory).toBe('~/shop');
      const home = temporary();
      const first = startUp(agent, home);
      expect(first).toMatchObject({ status: 0, output: expect.stringContaining('Created ') });
      const project = join(home, 'shop');
      expect(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))).toMatchObject({
        name: 'shop',
        type: 'module',
      });
      const tests = execFileSync('node', ['--test'], {
        cwd: project,
        env: { ...first.env, NODE_TEST_CONTEXT: undefined },
        encoding: 'utf8',
      });
      expect(tests).toContain(kind === 'empty' ? 'pass 0' : 'pass 1');
      expect(tests).toContain('fail 0');

      writeFileSync(join(project, '.gitignore'), 'mine\n');
      expect(startUp(agent, home)).toMatchObject({
        status: 0,
        output: expect.stringContaining('is there already'),
      });
      expect(readFileSync(join(project, '.gitignore'), 'utf8')).toBe('mine\n');
    },
  );

  it.each(['', 'My App', '../x', 'a"b', '-x', 'a$(id)'])('refuses the project name %j', async (name) => {
    const { manifest } = await imported('node');
    const given = [{ name: 'project_name', value: name }];
    const { problems } = resolveParameters({ manifest, given, transition: 'start' });
    expect(problems).toEqual([{ name: 'project_name', detail: expect.stringContaining('Use up to 63') }]);
  });
});

describe('the python template', () => {
  const hasPython = spawnSync('python3', ['--version']).status === 0;

  it.skipIf(!hasPython)('makes a project whose tests pass, and leaves it alone afterwards', async () => {
    const { manifest } = await imported('python');
    const [agent, home] = [agentOf(manifest), temporary()];
    const first = startUp(agent, home);
    expect(first).toMatchObject({ status: 0, output: expect.stringContaining('Created ') });
    const project = join(home, 'my-app');
    const python = existsSync(join(project, '.venv/bin/python')) ? '.venv/bin/python' : 'python3';
    const tests = spawnSync(python, ['-m', 'unittest'], { cwd: project, env: first.env, encoding: 'utf8' });
    expect(tests).toMatchObject({ status: 0, stderr: expect.stringContaining('Ran 1 test') });
    writeFileSync(join(project, 'main.py'), '# mine\n');
    expect(startUp(agent, home)).toMatchObject({ status: 0, output: '' });
    expect(readFileSync(join(project, 'main.py'), 'utf8')).toBe('# mine\n');
    // For login shells, once however often it starts.
    expect(readFileSync(join(home, '.profile'), 'utf8').match(/\.venv\/bin/g)).toHaveLength(1);
  });

  it('starts all the same on a machine without Python, and says what to install', async () => {
    const { manifest } = await imported('python');
    const [home, tools] = [temporary(), temporary()];
    mkdirSync(join(tools, 'bin'));
    for (const tool of ['mkdir', 'cat', 'rm']) {
      symlinkSync(
        existsSync(`/usr/bin/${tool}`) ? `/usr/bin/${tool}` : `/bin/${tool}`,
        join(tools, 'bin', tool),
      );
    }
    const run = startUp(agentOf(manifest), home, join(tools, 'bin'));
    expect(run).toMatchObject({
      status: 0,
      output: expect.stringContaining('There is no python3 on this machine.'),
    });
    expect(existsSync(join(home, 'my-app/main.py'))).toBe(true);
  });
});
