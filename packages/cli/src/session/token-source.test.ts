import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { writeConfigFile } from './config-folder.ts';
import { takeTurn } from './renewal-turn.ts';
import { type RenewableLogin, storeLogin } from './stored-login.ts';
import { storedTokenSource } from './token-source.ts';

const url = 'http://127.0.0.1:3000';
const renewable = (n: number): RenewableLogin => ({
  url,
  access_token: `access-${n}`,
  replaced: `access-${n - 1}`,
  refresh_token: `refresh-${n}`,
  renew_at: n * 1000,
});

/** A folder with the first token, a clock, and a server that takes each refresh token once. */
function world() {
  const home = temporaryFolder();
  storeLogin(home.path, { url, token: 'access-1', renewable: renewable(1) });
  const state = { now: 0, used: [] as string[] };
  const source = () =>
    storedTokenSource({
      folder: home.path,
      now: () => state.now,
      renew: async (login) => {
        if (state.used.includes(login.refresh_token)) throw new Error('a replay');
        state.used.push(login.refresh_token);
        await new Promise(setImmediate);
        return renewable(state.used.length + 1);
      },
    });
  return { folder: home.path, state, source, [Symbol.dispose]: () => home[Symbol.dispose]() };
}

describe('the stored token', () => {
  it('is renewed when it is time, and kept for the next process', async () => {
    using it = world();
    const token = it.source();
    expect(await token()).toBe('access-1');
    it.state.now = 1000;
    expect(await token()).toBe('access-2');
    expect(await it.source()()).toBe('access-2');
    it.state.now = 5000;
    expect(await token()).toBe('access-3');
    expect(it.state.used).toEqual(['refresh-1', 'refresh-2']);
  });

  it('is renewed by one of many that need it at once', async () => {
    using it = world();
    it.state.now = 1000;
    const sources = Array.from({ length: 8 }, it.source);
    const tokens = await Promise.all([...sources, ...sources].map((token) => token()));
    expect(new Set(tokens)).toEqual(new Set(['access-2']));
    expect(it.state.used).toEqual(['refresh-1']);
    expect(readdirSync(it.folder).filter((name) => name.startsWith('renewing'))).toEqual([]);
  });

  it('is renewed by the next when the one before could not', async () => {
    using it = world();
    it.state.now = 1000;
    let fails = true;
    const token = storedTokenSource({
      folder: it.folder,
      now: () => it.state.now,
      renew: async () => {
        if (fails) throw new Error('no network');
        return renewable(2);
      },
    });
    await expect(token()).rejects.toThrow('no network');
    fails = false;
    expect(await token()).toBe('access-2');
  });

  it('that cannot be kept is said to be, and where', async () => {
    using it = world();
    it.state.now = 1000;
    const token = storedTokenSource({
      folder: it.folder,
      now: () => it.state.now,
      renew: async () => {
        // In place of a disk that is read-only, which root could write to.
        rmSync(it.folder, { recursive: true });
        writeFileSync(it.folder, '');
        return renewable(2);
      },
    });
    await expect(token()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining(`${it.folder} cannot be written to`),
    });
  });

  it('follows a later sign-in to the same deployment, and no other', async () => {
    using it = world();
    const token = it.source();
    await token();
    storeLogin(it.folder, { url, token: 'by-password' });
    expect(await token()).toBe('by-password');
    storeLogin(it.folder, { url: 'http://elsewhere', token: 'not for us' });
    expect(await token()).toBe('by-password');
  });

  it('is the last that was known after a logout', async () => {
    using it = world();
    const token = it.source();
    writeConfigFile(it.folder, 'session', '');
    expect(await token()).toBe('access-1');
  });
});

describe('a turn', () => {
  it('that was abandoned is taken by one of those who wait', async () => {
    using home = temporaryFolder();
    let done = 0;
    const interrupted = takeTurn(
      home.path,
      'x',
      () => false,
      () => Promise.reject(new Error('no')),
    );
    await interrupted.catch(() => undefined);
    expect(readdirSync(home.path)).toEqual([]);
    const holding = Promise.withResolvers<void>();
    const held = takeTurn(
      home.path,
      'x',
      () => false,
      () => holding.promise,
    );
    const [file = ''] = readdirSync(home.path);
    holding.resolve();
    await held;

    writeFileSync(join(home.path, file), '');
    utimesSync(join(home.path, file), 0, 0);
    const work = async () => {
      done += 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => takeTurn(home.path, 'x', () => done > 0, work)));
    expect([done, readdirSync(home.path)]).toEqual([1, []]);
  });
});
