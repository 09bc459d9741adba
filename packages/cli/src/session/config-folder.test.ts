import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import {
  configFolder,
  putConfigFileAside,
  readConfigFile,
  removeConfigFile,
  writeConfigFile,
} from './config-folder.ts';

describe('the configuration folder', () => {
  it.each([
    [{ CODER_CONFIG_DIR: '/a/b', XDG_CONFIG_HOME: '/x', HOME: '/h' }, '/a/b'],
    [{ CODER_CONFIG_DIR: '', XDG_CONFIG_HOME: '/x', HOME: '/h' }, '/x/coderv2'],
    [{ XDG_CONFIG_HOME: '', HOME: '/h' }, '/h/.config/coderv2'],
  ])('is found by the environment: %j', (env, folder) => {
    expect(configFolder(env)).toBe(folder);
  });

  it('holds what only its owner can read, also where a file was open to others', () => {
    using home = temporaryFolder();
    const folder = join(home.path, 'new', 'coderv2');
    writeConfigFile(folder, 'session', 'secret');
    chmodSync(join(folder, 'session'), 0o644);
    writeConfigFile(folder, 'session', 'other\n');
    expect(readConfigFile(folder, 'session')).toBe('other');
    expect(statSync(join(folder, 'session')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['session']);
  });

  it('says nothing of a file that is empty, missing, removed, or none', () => {
    using home = temporaryFolder();
    writeFileSync(join(home.path, 'url'), ' \n');
    mkdirSync(join(home.path, 'session'));
    expect([readConfigFile(home.path, 'url'), readConfigFile(home.path, 'session')]).toEqual([
      undefined,
      undefined,
    ]);
    removeConfigFile(home.path, 'url');
    removeConfigFile(home.path, 'url');
    expect(existsSync(join(home.path, 'url'))).toBe(false);
  });

  it('puts a file aside under a name that nothing has, not even a link that leads nowhere', () => {
    using home = temporaryFolder();
    const at = (name: string) => join(home.path, name);
    writeFileSync(at('quickstart-1.json'), 'first');
    symlinkSync(at('nowhere'), at('quickstart-2.json'));
    writeConfigFile(home.path, 'quickstart.json', 'second');
    expect(putConfigFileAside(home.path, 'quickstart.json')).toBe(at('quickstart-3.json'));
    expect(readFileSync(at('quickstart-1.json'), 'utf8')).toBe('first');
    expect(readFileSync(at('quickstart-3.json'), 'utf8')).toBe('second');
    expect(statSync(at('quickstart-3.json')).mode & 0o777).toBe(0o600);
    expect(existsSync(at('quickstart.json'))).toBe(false);
    expect(existsSync(at('nowhere'))).toBe(false);
  });

  it('takes no name for a file that is not there to be put aside', () => {
    using home = temporaryFolder();
    expect(() => putConfigFileAside(home.path, 'quickstart.json')).toThrow('ENOENT');
    expect(readdirSync(home.path)).toEqual([]);
  });
});
