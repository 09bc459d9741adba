import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../testing/failure.ts';
import { type Harness, harness } from '../testing/harness.ts';

let h: Harness;
let user: Awaited<ReturnType<Harness['user']>>;
beforeAll(async () => {
  h = await harness();
  user = await h.user();
});
afterAll(() => h[Symbol.asyncDispose]());

let made = 0;
async function workspace(owner = user) {
  made += 1;
  const seeded = await h.workspace(owner, { workspaceName: `space-${made}` });
  const agent = await h.startAgent(seeded);
  return { id: seeded.agentId, home: agent.home, agent, workspaceId: seeded.workspaceId };
}

describe('a copy between workspaces', () => {
  it('carries a file with its mode and tells its sum', async () => {
    const [one, two] = [await workspace(), await workspace()];
    const content = randomBytes(3 * 1024 * 1024);
    await writeFile(join(one.home, 'run'), content, { mode: 0o755 });
    const client = h.client(user);
    const copied = await client.files.copy({
      agent: two.id,
      path: '~/bin/',
      from_agent: one.id,
      from_path: '~/run',
    });
    expect(copied).toEqual({
      path: join(two.home, 'bin/run'),
      type: 'file',
      files: 1,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      created: true,
      skipped: 0,
      skipped_paths: [],
    });
    expect(await readFile(copied.path)).toEqual(content);
    expect((await stat(copied.path)).mode & 0o777).toBe(0o755);
    const { rows } = await auditRows();
    expect(rows.at(-1)).toMatchObject({
      resource_target: expect.stringContaining('.'),
      additional_fields: { from_path: '~/run', path: '~/bin/', from: expect.stringContaining('/') },
    });
  });

  it('carries a folder, and leaves out what leads out of it', async () => {
    const [one, two] = [await workspace(), await workspace()];
    await mkdir(join(one.home, 'site/assets'), { recursive: true });
    await writeFile(join(one.home, 'site/index.html'), '<p>');
    await writeFile(join(one.home, 'site/assets/a'), 'a');
    await symlink('assets/a', join(one.home, 'site/inside'));
    await symlink('/etc/passwd', join(one.home, 'site/outside'));
    const client = h.client(user);
    const from = { from_agent: one.id, from_path: '~/site' };
    const copied = await client.files.copy({ agent: two.id, path: '~/public', ...from });
    expect(copied).toMatchObject({
      path: join(two.home, 'public'),
      type: 'directory',
      files: 2,
      bytes: 4,
      created: true,
      skipped: 1,
      skipped_paths: ['outside'],
    });
    expect(await readFile(join(two.home, 'public/inside'), 'utf8')).toBe('a');

    const again = await failure(client.files.copy({ agent: two.id, path: '~/public', ...from }));
    expect(again).toMatchObject({ code: 'CONFLICT' });
    await writeFile(join(two.home, 'public/kept'), 'kept');
    await writeFile(join(one.home, 'site/index.html'), '<h1>');
    const over = { agent: two.id, path: '~/public', overwrite: true, ...from };
    expect(await client.files.copy(over)).toMatchObject({ created: false });
    expect(await readFile(join(two.home, 'public/index.html'), 'utf8')).toBe('<h1>');
    expect((await readdir(join(two.home, 'public'))).sort()).toEqual([
      'assets',
      'index.html',
      'inside',
      'kept',
    ]);
  });

  it('never replaces a file unasked, and says what is missing where', async () => {
    const [one, two] = [await workspace(), await workspace()];
    await writeFile(join(one.home, 'a'), 'new');
    await writeFile(join(two.home, 'a'), 'old');
    const client = h.client(user);
    const copy = { agent: two.id, path: '~/a', from_agent: one.id, from_path: '~/a' };
    expect((await failure(client.files.copy(copy))).message).toContain(join(two.home, 'a'));
    expect(await readFile(join(two.home, 'a'), 'utf8')).toBe('old');
    expect(await client.files.copy({ ...copy, overwrite: true })).toMatchObject({ created: false });
    expect(await readFile(join(two.home, 'a'), 'utf8')).toBe('new');
    const missing = await failure(client.files.copy({ ...copy, from_path: '~/none' }));
    expect(missing).toMatchObject({ code: 'NOT_FOUND' });
    expect(missing.message).toContain(join(one.home, 'none'));
  });

  it('leaves nothing of a file that becomes shorter meanwhile', async () => {
    const [one, two] = [await workspace(), await workspace()];
    await writeFile(join(one.home, 'log'), '');
    await truncate(join(one.home, 'log'), 64 * 1024 * 1024);
    const client = h.client(user);
    const copying = failure(
      client.files.copy({ agent: two.id, path: '~/log', from_agent: one.id, from_path: '~/log' }),
    );
    const until = async () => (await readdir(two.home)).some((name) => name.endsWith('.tmp'));
    await expect.poll(until, { interval: 1 }).toBe(true);
    await truncate(join(one.home, 'log'), 10);
    expect((await copying).code).toBe('AGENT_UNREACHABLE');
    await expect
      .poll(() => readdir(two.home))
      .toEqual(expect.not.arrayContaining([expect.stringMatching(/log/)]));
  });

  it('within one workspace never copies a folder into itself', async () => {
    const one = await workspace();
    await mkdir(join(one.home, 'a/b'), { recursive: true });
    const client = h.client(user);
    expect(await client.files.copy({ agent: one.id, path: '~/copy/', from_path: '~/a' })).toMatchObject({
      path: join(one.home, 'copy/a'),
    });
    await symlink('a', join(one.home, 'other'));
    await symlink('a/b', join(one.home, 'within'));
    for (const [path, from_path = '~/a'] of [
      ['~/a/c'],
      ['~/a'],
      [join(one.home, 'a/b/')],
      ['~/other/c'],
      ['~/within/new/c'],
      ['~/copy/../a/c'],
      ['~/a/c', '~/other'],
      ['~/other/c', '~/other'],
    ] as [string, string?][]) {
      const refused = await failure(client.files.copy({ agent: one.id, path, from_path }));
      expect([refused.status, refused.message]).toEqual([400, expect.stringContaining('into itself')]);
    }
    // A name that only begins the same is another folder.
    expect(await client.files.copy({ agent: one.id, path: '~/a2', from_path: '~/other' })).toMatchObject({
      path: join(one.home, 'a2'),
    });
    expect(await readdir(join(one.home, 'a'))).toEqual(['b']);
  });

  it('reaches neither out of nor into a workspace that is not the caller’s', async () => {
    const mine = await workspace();
    const theirs = await workspace(await h.user());
    await writeFile(join(mine.home, 'a'), 'x');
    await writeFile(join(theirs.home, 'a'), 'x');
    const client = h.client(user);
    for (const [agent, from_agent] of [
      [mine.id, theirs.id],
      [theirs.id, mine.id],
    ] as const) {
      const refused = await failure(client.files.copy({ agent, path: '~/b', from_agent, from_path: '~/a' }));
      expect(refused.code).toBe('NOT_FOUND');
    }
    const narrow = await h.user({ scopes: ['workspace:read'] });
    const refused = await failure(
      h.client(narrow).files.copy({ agent: mine.id, path: '~/b', from_path: '~/a' }),
    );
    expect(refused.code).toBe('INSUFFICIENT_SCOPE');
  });
});

async function auditRows() {
  await h.server().api.audit.flush();
  const rows = await h.database.db
    .selectFrom('audit_logs')
    .select(['resource_target', 'additional_fields', 'description'])
    .where('description', 'like', '%/files/copy')
    .orderBy('time')
    .execute();
  return { rows };
}
