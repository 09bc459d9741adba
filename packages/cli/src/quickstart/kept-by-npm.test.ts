import { afterEach, expect, it, vi } from 'vitest';
import { runCoder } from '../testing/run-coder.ts';

afterEach(() => vi.unstubAllEnvs());

it('quickstart does not start without the flags that npm has kept for itself', async () => {
  vi.stubEnv('npm_config_http_address', '127.0.0.1:3911');
  vi.stubEnv('npm_config_data_dir', '/home/ann/my data');
  vi.stubEnv('npm_config_swagger_enable', 'true');
  vi.stubEnv('npm_config_registry', 'https://registry.example.com');
  expect(await runCoder('quickstart')).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'npm keeps flags for itself that do not stand behind "--". Type: npm start -- ' +
      "'--data-dir=/home/ann/my data' --http-address=127.0.0.1:3911 --swagger-enable\n",
  });
});
