import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigureOptions, configureClient } from './configure.ts';
import { type Machine, places } from './places.ts';

let home: string;
let machine: Machine;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'configure-'));
  machine = { platform: 'linux', env: { HOME: home }, cwd: join(home, 'project') };
  mkdirSync(machine.cwd);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const configure = (options: Omit<ConfigureOptions, 'machine'>) => configureClient({ ...options, machine });
const put = (file: string, text: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};
type Entry = { command: string; args: string[]; env?: Record<string, string>; type?: string };
const json = (file: string) =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, Entry>>;

describe('configureClient', () => {
  it('writes a new file that only its owner can read, with a line that runs from anywhere', () => {
    const [written] = configure({ client: 'claude-desktop' });
    expect(written?.file).toBe(join(home, '.config/Claude/claude_desktop_config.json'));
    const entry = json(written?.file ?? '').mcpServers?.coder;
    expect(isAbsolute(entry?.command ?? '')).toBe(true);
    expect(entry?.args.slice(1)).toEqual(['exp', 'mcp', 'server']);
    expect(statSync(entry?.args[0] ?? '').isFile()).toBe(true);
    expect(statSync(written?.file ?? '').mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(written?.file ?? ''))).toEqual(['claude_desktop_config.json']);
  });

  it('keeps the other servers, every other key and the indentation', () => {
    const file = places.cursor(machine);
    put(file, '{\n\t"theme": "dark",\n\n\t"mcpServers": {\n\t\t"other": {"command": "x"}\n\t}\n}\n');
    configure({ client: 'cursor' });
    const text = readFileSync(file, 'utf8');
    expect(text.startsWith('{\n\t"theme": "dark",\n\n\t"mcpServers": {\n\t\t"other": {')).toBe(true);
    expect(text).toContain('\n\t\t"coder": {\n\t\t\t"command": ');
    expect(json(file)).toMatchObject({ theme: 'dark', mcpServers: { other: { command: 'x' } } });
  });

  it('changes nothing when run again', () => {
    configure({ client: 'cursor' });
    const before = statSync(places.cursor(machine)).mtimeMs;
    expect(configure({ client: 'cursor' }).map((one) => one.changed)).toEqual([false]);
    expect(statSync(places.cursor(machine)).mtimeMs).toBe(before);
  });

  it("keeps the comments of VS Code's file", () => {
    const file = places.vscode(machine);
    expect(file).toBe(join(home, '.config/Code/User/mcp.json'));
    put(file, '{\n  // mine\n  "servers": {\n    "a": { "url": "http://x" }, // keep\n  },\n}\n');
    configure({ client: 'vscode' });
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('// mine');
    expect(text).toContain('// keep');
    expect(text).toMatch(/"coder": \{\s+"type": "stdio",/);
  });

  it.each([
    ['claude-desktop', '{"mcpServers": {'],
    ['claude-desktop', '{"a": 1} // comment'],
    ['cursor', '[]'],
    ['cursor', '{"mcpServers": []}'],
    ['cursor', '{"mcpServers": null}'],
    ['vscode', '{"servers": "x"}'],
    ['vscode', '{,}'],
  ] as const)('refuses for %s the file %s and leaves it untouched', (client, text) => {
    const file = { 'claude-desktop': places.claudeDesktop, cursor: places.cursor, vscode: places.vscode }[
      client
    ](machine);
    put(file, text);
    expect(() => configure({ client })).toThrow(/left as it is/);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(dirname(file))).toHaveLength(1);
  });

  it('takes an empty file for a new one', () => {
    const file = places.cursor(machine);
    put(file, '\n');
    configure({ client: 'cursor' });
    expect(json(file).mcpServers?.coder).toBeDefined();
  });

  it('shows with print what it would write, and writes nothing', () => {
    const [shown] = configure({ client: 'cursor', print: true });
    expect(JSON.parse(shown?.text ?? '')).toHaveProperty('mcpServers.coder');
    expect(() => readFileSync(shown?.file ?? '')).toThrow('ENOENT');
  });

  it.each([
    ['cursor', '.cursor/mcp.json'],
    ['vscode', '.vscode/mcp.json'],
  ] as const)('puts %s with --project into the folder', (client, path) => {
    const [written] = configure({ client, project: true });
    expect(written?.file).toBe(join(machine.cwd, path));
  });

  it('writes through a link and keeps it', () => {
    const real = join(home, 'dotfiles.json');
    put(real, '{}');
    mkdirSync(join(home, '.cursor'));
    symlinkSync(real, places.cursor(machine));
    configure({ client: 'cursor' });
    expect(json(real).mcpServers?.coder).toBeDefined();
  });

  it('configures Claude Code for one folder and keeps the rest of its settings', () => {
    const file = places.claudeCode(machine);
    put(file, JSON.stringify({ numStartups: 3, projects: { '/other': { mcpServers: { a: {} } } } }));
    const options = {
      client: 'claude-code',
      directory: '.',
      env: { CODER_CONFIG_DIR: '/x' },
      prompts: { 'coder-prompt': 'Use the workspace.' },
    } as const;
    put(places.claudeMarkdown(machine), '# Mine\n');
    configure(options);
    const again = configure(options);
    expect(again.map((one) => one.changed)).toEqual([false, false]);
    expect(json(file)).toMatchObject({
      numStartups: 3,
      projects: {
        '/other': { mcpServers: { a: {} } },
        [machine.cwd]: { mcpServers: { coder: { type: 'stdio', env: { CODER_CONFIG_DIR: '/x' } } } },
      },
    });
    expect(readFileSync(places.claudeMarkdown(machine), 'utf8')).toBe(
      '<coder-prompt>\nUse the workspace.\n</coder-prompt>\n\n# Mine\n',
    );
  });

  it('asks for the folder of Claude Code', () => {
    expect(() => configure({ client: 'claude-code' })).toThrow('project directory is required');
  });

  it('refuses a folder that is not there, for Claude Code would never read what is written for it', () => {
    put(join(machine.cwd, 'file'), '');
    for (const [directory, why] of [
      ['nowhere', 'there is no such folder'],
      ['file', 'it is a file'],
    ] as const) {
      expect(() => configure({ client: 'claude-code', directory })).toThrow(
        `${join(machine.cwd, directory)} cannot be configured: ${why}. Name the folder in which you start Claude Code`,
      );
    }
    expect(readdirSync(home)).toEqual(['project']);
  });

  it.each([
    [
      'darwin',
      { HOME: '/Users/ada' },
      '/Users/ada/Library/Application Support/Claude/claude_desktop_config.json',
    ],
    ['linux', { HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/x/Claude/claude_desktop_config.json'],
    ['win32', { APPDATA: 'C:\\A\\Roaming' }, 'C:\\A\\Roaming\\Claude\\claude_desktop_config.json'],
  ] as const)('knows the place on %s', (platform, env, path) => {
    expect(places.claudeDesktop({ platform, env: { ...env }, cwd: '/' })).toBe(path);
  });
});
