import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCoder } from '../testing/run-coder.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

let home: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  home = temporaryFolder();
  vi.stubEnv('CODER_CONFIG_DIR', home.path);
  vi.stubEnv('CODER_SESSION_TOKEN', 'x');
  vi.stubEnv('CODER_URL', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  home[Symbol.dispose]();
});

describe('an address that is none is refused with where it was said', () => {
  const refusal = (from: string, text: string) => ({
    code: 1,
    stdout: '',
    stderr: `${from} "${text}" is not the address of a deployment. Write it like https://coder.example.com or http://127.0.0.1:3000.\n`,
  });

  it.each(['nonsense', 'coder.example.com', 'https://', 'ftp://coder.example.com'])(
    '--url %s',
    async (url) => {
      expect(await runCoder('list', '--url', url)).toEqual(refusal('--url', url));
      expect(await runCoder('version', '--url', url)).toEqual(refusal('--url', url));
    },
  );

  it('the variable', async () => {
    vi.stubEnv('CODER_URL', 'nonsense');
    expect(await runCoder('list')).toEqual(refusal('CODER_URL', 'nonsense'));
  });

  it('the file of the login', async () => {
    mkdirSync(home.path, { recursive: true });
    writeFileSync(join(home.path, 'url'), 'nonsense\n');
    expect(await runCoder('list')).toEqual(refusal(join(home.path, 'url'), 'nonsense'));
  });
});
