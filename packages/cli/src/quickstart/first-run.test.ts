import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { httpServer } from '../testing/http-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { firstRun } from './first-run.ts';
import { type QuickstartRecord, readRecord, writeRecord } from './record.ts';

const record: QuickstartRecord = {
  deployment_id: 'this',
  url: 'http://127.0.0.1:3000',
  email: 'ann@example.com',
  username: 'ann',
  password: 'a password',
  complete: false,
};

/** A first run at a deployment that answers with these statuses, and what it has said. */
async function run(home: string, statuses: { first: number; login?: number }, env: NodeJS.ProcessEnv = {}) {
  await using server = await httpServer(({ method, path }) => ({
    status: path.endsWith('/login') ? statuses.login : method === 'POST' ? 400 : statuses.first,
    body: { message: 'an answer' },
  }));
  const said: string[] = [];
  const line = (text: string) => void said.push(text);
  const progress = { line, step: line, succeed: vi.fn(), fail: vi.fn() };
  const places = { url: server.url, deploymentId: 'this', configDir: home, dataDir: '/srv/coder' };
  const result = await firstRun(places, env, progress).catch((error: Error) => error);
  return { result, said, asked: server.asked };
}

it('only serves when the password of an interrupted run is no longer good', async () => {
  using home = temporaryFolder();
  writeRecord(home.path, 'quickstart-1.json', record);
  const { result, said, asked } = await run(home.path, { first: 200, login: 401 });
  expect(result).toBeUndefined();
  expect(said).toEqual([expect.stringContaining(`the password in ${join(home.path, 'quickstart-1.json')}`)]);
  expect(asked.at(-1)?.path).toBe('/api/v2/users/login');
});

it('only serves when the record cannot be understood, and says where that is now', async () => {
  using home = temporaryFolder();
  writeFileSync(join(home.path, 'quickstart.json'), '{"password": "a pass');
  const { result, said } = await run(home.path, { first: 200 });
  expect(result).toBeUndefined();
  expect(said).toEqual([
    `quickstart.json cannot be read. It is ${join(home.path, 'quickstart-1.json')} now.`,
  ]);
});

it('does not go on with a run of another deployment, or of an earlier version that may be of another', async () => {
  using home = temporaryFolder();
  const { deployment_id: _, ...withoutId } = record;
  writeRecord(home.path, 'quickstart.json', { ...record, deployment_id: 'other' });
  writeRecord(home.path, 'quickstart-1.json', withoutId);
  const { result, asked } = await run(home.path, { first: 200 });
  expect([result, asked.length]).toEqual([undefined, 1]);
});

it('knows the way back and the password still when its owner could not be made at first', async () => {
  using home = temporaryFolder();
  writeRecord(home.path, 'quickstart.json', { ...record, deployment_id: 'other', complete: true });
  const refused = await run(home.path, { first: 404 }, { CODER_FIRST_USER_PASSWORD: 'short' });
  expect(refused.result).toBeInstanceOf(Error);
  const kept = join(home.path, 'quickstart-1.json');
  const before = { kept, url: record.url, email: record.email };
  expect(readRecord(home.path)).toMatchObject({ password: 'short', is_password_chosen: true, before });

  await run(home.path, { first: 404 });
  const made = readRecord(home.path);
  expect(made).toMatchObject({ deployment_id: 'this', data_dir: '/srv/coder', complete: false, before });
  expect(made).not.toMatchObject({ password: 'short' });
  await run(home.path, { first: 404 });
  expect(readRecord(home.path)).toEqual({ ...(made as QuickstartRecord), url: expect.any(String) });
  expect(readdirSync(home.path).sort()).toEqual(['quickstart-1.json', 'quickstart.json']);
});
