import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testAccessUrl } from '../../testing/index.ts';
import { failure } from '../testing/failure.ts';
import { type Harness, harness } from '../testing/harness.ts';

let h: Harness;
beforeAll(async () => {
  h = await harness();
});
afterAll(() => h[Symbol.asyncDispose]());

async function workspace() {
  const user = await h.user();
  const seeded = await h.workspace(user);
  const { home } = await h.startAgent(seeded);
  const client = h.client(user);
  const link = (request: object) => client.files.createLink({ agent: seeded.agentId, ...request } as never);
  return { user, agent: seeded.agentId, link, at: (name: string) => join(home, name) };
}
/** The harness listens elsewhere than its links say. */
const open = (url: string, init: RequestInit = {}) => fetch(url.replace(testAccessUrl, h.url), init);
const put = (url: string, body: string) => open(url, { method: 'PUT', body });
const sum = (text: string) => createHash('sha256').update(text).digest('hex');
const code = async (response: Response) =>
  [response.status, ((await response.json()) as { code: string }).code] as const;

describe('a link to a file', () => {
  it('gives just that file to whoever has it, as often as they like', async () => {
    const { link, at } = await workspace();
    await writeFile(at('a b.txt'), 'content');
    const made = await link({ direction: 'download', path: '~/a b.txt' });
    expect(made).toMatchObject({
      method: 'GET',
      path: at('a b.txt'),
      size: 7,
      sha256: sum('content'),
      max_bytes: null,
    });
    expect(made.url).toMatch(/^http.*\/api\/v2\/filelinks\/a%20b\.txt\?ticket=/);
    for (let time = 0; time < 2; time++) {
      const answer = await open(made.url);
      expect(answer.headers.get('content-disposition')).toContain('attachment');
      expect(answer.headers.get('content-security-policy')).toBe('sandbox');
      expect(await answer.text()).toBe('content');
    }
    expect((await open(made.url, { method: 'HEAD' })).status).toBe(200);
    // The path says nothing: the ticket does.
    const elsewhere = made.url.replace('a%20b.txt', 'other');
    expect(await (await open(elsewhere)).text()).toBe('content');
    expect(await code(await put(made.url, 'x'))).toEqual([404, 'NOT_FOUND']);
  });

  it('is no longer good when the file has changed, the time is over, or the key is gone', async () => {
    const { link, at, user } = await workspace();
    await writeFile(at('file'), 'one');
    const first = await link({ direction: 'download', path: '~/file' });
    await writeFile(at('file'), 'another');
    expect(await code(await open(first.url))).toEqual([412, 'PRECONDITION_FAILED']);
    const second = await link({ direction: 'download', path: '~/file', expires_in_ms: 60_000 });
    h.clock.advance(59_999);
    expect((await open(second.url)).status).toBe(200);
    h.clock.advance(1);
    expect(await code(await open(second.url))).toEqual([404, 'NOT_FOUND']);
    const third = await link({ direction: 'download', path: '~/file' });
    await h.server().api.identity.apiKeys.delete(user.actor, 'me', user.actor.key.id);
    expect(await code(await open(third.url))).toEqual([404, 'NOT_FOUND']);
  });

  it('breaks off with the key it was made with', async () => {
    const { link, at, user } = await workspace();
    await writeFile(at('large'), '');
    await truncate(at('large'), 256 * 1024 * 1024);
    const { url } = await link({ direction: 'download', path: '~/large' });
    const { body } = await open(url);
    const reader = body?.getReader();
    await reader?.read();
    await h.server().api.identity.apiKeys.delete(user.actor, 'me', user.actor.key.id);
    const rest = async () => {
      while (!(await reader?.read())?.done);
    };
    await expect(rest()).rejects.toThrow();
  });

  it('cannot be made up', async () => {
    const { link, at } = await workspace();
    await writeFile(at('file'), 'one');
    const { url } = await link({ direction: 'download', path: '~/file' });
    const [address = '', ticket = ''] = url.split('?ticket=');
    const [payload = '', signature = ''] = ticket.split('.');
    const value = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const other = Buffer.from(JSON.stringify({ ...value, path: '/etc/passwd' })).toString('base64url');
    for (const text of ['', payload, `${other}.${signature}`, `${payload}.`, `.${signature}`, 'x.y.z']) {
      expect(await code(await open(`${address}?ticket=${text}`))).toEqual([404, 'NOT_FOUND']);
    }
  });
});

describe('a link to write a file', () => {
  it('takes it once, whole', async () => {
    const { link, at } = await workspace();
    const made = await link({ direction: 'upload', path: '~/in/new.txt' });
    expect(made).toMatchObject({
      method: 'PUT',
      path: at('in/new.txt'),
      size: null,
      max_bytes: 4 * 1024 ** 3,
    });
    const answer = await put(made.url, 'content');
    expect([answer.status, await answer.json()]).toEqual([
      201,
      expect.objectContaining({ path: at('in/new.txt'), size: 7, sha256: sum('content'), created: true }),
    ]);
    expect(await code(await put(made.url, 'again'))).toEqual([409, 'CONFLICT']);
    expect(await readFile(at('in/new.txt'), 'utf8')).toBe('content');
    expect(await code(await open(made.url))).toEqual([404, 'NOT_FOUND']);
  });

  it('is used once, also when the file is gone again, and can be used again only when it was refused', async () => {
    const { link, at } = await workspace();
    const made = await link({ direction: 'upload', path: '~/once', sha256: sum('right') });
    expect((await put(made.url, 'wrong')).status).toBe(422);
    expect((await put(made.url, 'right')).status).toBe(201);
    await rm(at('once'));
    expect(await code(await put(made.url, 'right'))).toEqual([409, 'CONFLICT']);
    // The same ticket, written otherwise.
    expect(await code(await put(`${made.url}.x`, 'right'))).toEqual([409, 'CONFLICT']);
    await expect(readFile(at('once'))).rejects.toThrow();
    const other = await link({ direction: 'upload', path: '~/once', sha256: sum('right') });
    expect((await put(other.url, 'right')).status).toBe(201);
  });

  it('is used by one of several that come at once', async () => {
    const { link, at } = await workspace();
    await writeFile(at('shared'), 'before');
    const made = await link({ direction: 'upload', path: '~/shared', overwrite: true });
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((at) => put(made.url, `writer ${at}`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409]);
    const written = (await answers.find(({ status }) => status === 201)?.json()) as { sha256: string };
    expect(sum(await readFile(at('shared'), 'utf8'))).toBe(written.sha256);
  });

  it('is forgotten once it has expired', async () => {
    const { link } = await workspace();
    const expired = (row: { expires_at: Date }) => row.expires_at <= h.clock.now();
    const rows = () => h.database.db.selectFrom('used_file_links').select('expires_at').execute();
    const first = await link({ direction: 'upload', path: '~/1', expires_in_ms: 60_000 });
    expect((await put(first.url, 'x')).status).toBe(201);
    h.clock.advance(60_000);
    expect((await rows()).filter(expired)).toHaveLength(1);
    const second = await link({ direction: 'upload', path: '~/2' });
    expect((await put(second.url, 'x')).status).toBe(201);
    expect((await rows()).filter(expired)).toEqual([]);
  });

  it('takes only what it was made for', async () => {
    const { link, at } = await workspace();
    const summed = await link({ direction: 'upload', path: '~/summed', sha256: sum('right') });
    expect((await put(summed.url, 'wrong')).status).toBe(422);
    expect((await put(summed.url, 'right')).status).toBe(201);
    const short = await link({ direction: 'upload', path: '~/short', max_bytes: 4 });
    expect(await code(await put(short.url, 'longer'))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const streamed = await open(short.url, {
      method: 'PUT',
      body: new Blob(['longer']).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(await code(streamed)).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const four = await put(short.url, 'four');
    expect([four.status, await four.text()]).toEqual([201, expect.anything()]);
    expect(await readFile(at('short'), 'utf8')).toBe('four');
  });

  it('replaces a file only when it was made to, and only as it was then', async () => {
    const { link, at } = await workspace();
    await writeFile(at('there'), 'one');
    expect((await failure(link({ direction: 'upload', path: '~/there' }))).code).toBe('CONFLICT');
    const made = await link({ direction: 'upload', path: '~/there', overwrite: true });
    const late = await link({ direction: 'upload', path: '~/there', overwrite: true });
    expect((await put(made.url, 'two')).status).toBe(201);
    expect(await code(await put(late.url, 'three'))).toEqual([409, 'CONFLICT']);
    expect(await readFile(at('there'), 'utf8')).toBe('two');
  });
});

it('is made of files alone, by those who may work in the workspace', async () => {
  const { link, agent } = await workspace();
  for (const request of [
    { direction: 'download', path: '~' },
    { direction: 'upload', path: '~', overwrite: true },
  ]) {
    expect((await failure(link(request))).message).toContain('is a folder');
  }
  expect((await failure(link({ direction: 'download', path: '~/none' }))).code).toBe('NOT_FOUND');
  const stranger = h.client(await h.user());
  const refused = await failure(stranger.files.createLink({ agent, direction: 'download', path: '~/x' }));
  expect(refused.code).toBe('NOT_FOUND');
});

it('is recorded when it is made and whenever it is used', async () => {
  const { link, at, user } = await workspace();
  await writeFile(at('seen'), 'x');
  const { url } = await link({ direction: 'download', path: '~/seen' });
  await (await open(url)).text();
  await h.server().api.audit.flush();
  const rows = await h.database.db
    .selectFrom('audit_logs')
    .select(['action', 'description', 'additional_fields', 'resource_type'])
    .where('user_id', '=', user.user.id)
    .where('resource_type', '=', 'file_link')
    .orderBy('action')
    .execute();
  expect(rows).toEqual([
    {
      action: 'create',
      resource_type: 'file_link',
      description: 'POST /workspaceagents/{agent}/files/links',
      additional_fields: expect.objectContaining({ path: '~/seen', direction: 'download' }),
    },
    {
      action: 'read',
      resource_type: 'file_link',
      description: 'GET /filelinks/{name}',
      additional_fields: expect.objectContaining({ path: at('seen'), link: true }),
    },
  ]);
});
