import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import {
  makeRoom,
  ownRecord,
  putDamagedAside,
  type QuickstartRecord,
  readRecord,
  toldBefore,
  writeCompleted,
  writeRecord,
} from './record.ts';

const record: QuickstartRecord = {
  deployment_id: 'this',
  url: 'http://127.0.0.1:3000',
  data_dir: '/srv/coder',
  email: 'ann@example.com',
  username: 'ann',
  password: 'a password',
  complete: true,
};
const { deployment_id: _, ...withoutId } = record;
const earlier = { kept: '/config/quickstart-7.json', url: 'http://127.0.0.1:3007' };
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

describe('room for the record of a new owner', () => {
  it.each([
    ['no file', undefined, {}],
    ['an empty file', ' \n', {}],
    [
      'begun for this deployment',
      json({ ...record, complete: false }),
      { begun: { ...record, complete: false } },
    ],
    [
      'begun for this deployment after another was put aside',
      json({ ...record, complete: false, before: earlier }),
      { begun: { ...record, complete: false, before: earlier }, before: earlier },
    ],
  ])('replaces %s', (_what, text, room) => {
    using home = temporaryFolder();
    if (text !== undefined) writeFileSync(join(home.path, 'quickstart.json'), text);
    expect(makeRoom(home.path, 'this')).toEqual(room);
    expect(readdirSync(home.path)).toEqual(text === undefined ? [] : ['quickstart.json']);
  });

  const known = { url: record.url, email: record.email };
  it.each([
    ['complete, of this deployment', json(record), { ...known, data_dir: '/srv/coder' }],
    [
      'complete, of another',
      json({ ...record, deployment_id: 'other' }),
      { ...known, data_dir: '/srv/coder' },
    ],
    [
      'incomplete, of another with the same data directory',
      json({ ...record, deployment_id: 'other', complete: false }),
      { ...known, data_dir: '/srv/coder' },
    ],
    ['complete, without an id', json(withoutId), { ...known, data_dir: '/srv/coder' }],
    [
      'incomplete, without an id',
      json({ ...withoutId, complete: false }),
      { ...known, data_dir: '/srv/coder' },
    ],
    ['without id and data directory', json({ ...withoutId, data_dir: undefined }), known],
    ['cut off', json(record).slice(0, 40), {}],
    ['no record', '["a password"]', {}],
    ['a record without its password', json({ ...record, password: undefined }), {}],
  ])('keeps what is %s', (_what, text, told) => {
    using home = temporaryFolder();
    writeFileSync(join(home.path, 'quickstart-1.json'), 'the first');
    writeFileSync(join(home.path, 'quickstart.json'), text, { mode: 0o600 });
    const kept = join(home.path, 'quickstart-2.json');
    expect(makeRoom(home.path, 'this')).toEqual({ before: { kept, ...told } });
    expect(readdirSync(home.path).sort()).toEqual(['quickstart-1.json', 'quickstart-2.json']);
    expect(readFileSync(kept, 'utf8')).toBe(text);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home.path, 'quickstart-1.json'), 'utf8')).toBe('the first');
  });
});

describe('the record of a deployment', () => {
  it('is written so that only its owner can read it, and read as it was', () => {
    using home = temporaryFolder();
    writeFileSync(join(home.path, 'quickstart.json'), '', { mode: 0o644 });
    writeRecord(home.path, 'quickstart.json', record);
    expect(statSync(join(home.path, 'quickstart.json')).mode & 0o777).toBe(0o600);
    expect(readRecord(home.path)).toEqual(record);
  });

  it('is found by its id, wherever it is, the latest first', () => {
    using home = temporaryFolder();
    expect(ownRecord(join(home.path, 'none'), 'this')).toBeUndefined();
    writeRecord(home.path, 'quickstart.json', { ...record, deployment_id: 'other' });
    writeRecord(home.path, 'quickstart-1.json', withoutId);
    writeFileSync(join(home.path, 'quickstart-11.json'), '{');
    expect(ownRecord(home.path, 'this')).toBeUndefined();
    writeRecord(home.path, 'quickstart-2.json', { ...record, username: 'second' });
    writeRecord(home.path, 'quickstart-10.json', { ...record, username: 'tenth' });
    expect(ownRecord(home.path, 'this')).toMatchObject({
      file: 'quickstart-10.json',
      record: { username: 'tenth' },
    });
    writeRecord(home.path, 'quickstart.json', record);
    expect(ownRecord(home.path, 'this')).toEqual({ file: 'quickstart.json', record });
  });

  it('is put aside once it cannot be understood, and left alone otherwise', () => {
    using home = temporaryFolder();
    expect(putDamagedAside(home.path)).toBeUndefined();
    writeRecord(home.path, 'quickstart.json', withoutId);
    expect(putDamagedAside(home.path)).toBeUndefined();
    writeFileSync(join(home.path, 'quickstart.json'), 'null');
    expect(putDamagedAside(home.path)).toEqual({ kept: join(home.path, 'quickstart-1.json') });
    expect(readdirSync(home.path)).toEqual(['quickstart-1.json']);
  });

  it('tells of the other deployment at the end of the first run, wherever that goes on', () => {
    using home = temporaryFolder();
    const own = { file: 'quickstart-1.json', record: { ...record, complete: false } } as const;
    expect(toldBefore(home.path, own)).toBeUndefined();
    writeRecord(home.path, 'quickstart.json', {
      ...record,
      deployment_id: 'other',
      url: 'http://127.0.0.1:3001',
    });
    expect(toldBefore(home.path, own)).toEqual({
      kept: join(home.path, 'quickstart.json'),
      url: 'http://127.0.0.1:3001',
      email: record.email,
      data_dir: record.data_dir,
    });
    expect(toldBefore(home.path, { ...own, file: 'quickstart.json' })).toBeUndefined();
    expect(toldBefore(home.path, { ...own, record: { ...own.record, before: earlier } })).toEqual(earlier);
  });
});

describe('two first runs at once', () => {
  it('each end with a record of their own', () => {
    using home = temporaryFolder();
    const begun = (deployment_id: string) => {
      const mine = { ...record, deployment_id, password: deployment_id, complete: false };
      makeRoom(home.path, deployment_id);
      writeRecord(home.path, 'quickstart.json', mine);
      return { file: 'quickstart.json' as const, record: mine };
    };
    const [first, second] = [begun('first'), begun('second')];
    expect(writeCompleted(home.path, second).file).toBe('quickstart.json');
    expect(writeCompleted(home.path, first).file).toBe('quickstart-1.json');
    for (const id of ['first', 'second'])
      expect(ownRecord(home.path, id)?.record).toMatchObject({ password: id, complete: true });
  });
});
