import { expect, it } from 'vitest';
import { httpServer } from '../testing/http-server.ts';
import { runCoder } from '../testing/run-coder.ts';

it('start of a workspace that runs refuses parameters, and names the commands that apply them', async () => {
  const workspace = { name: 'web', owner_name: 'ann', latest_build: { status: 'running', resources: [] } };
  await using server = await httpServer(() => ({ body: workspace }));
  const start = (...flags: string[]) =>
    runCoder('start', 'web', ...flags, '--url', server.url, '--token', 'x');
  expect(await start()).toEqual({ code: 0, stdout: 'web is running already.\n', stderr: '' });
  const refused = await start('--parameter', 'port=81', '--parameter', "note=it's", '--preset', 'large');
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  const flags = `--parameter port=81 --parameter 'note=it'\\''s' --preset large`;
  expect(refused.stderr).toContain('its parameters were not changed');
  expect(refused.stderr).toContain(`"coder restart web ${flags}"`);
  expect(refused.stderr).toContain(`"coder update web ${flags}"`);
  expect(server.asked.map(({ method }) => method)).toEqual(['GET', 'GET']);
});
