import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readConfigFile, writeConfigFile } from './config-folder.ts';
import { forgetLogin, readRenewableLogin, storeLogin } from './stored-login.ts';

const url = 'http://127.0.0.1:3000';
const renewable = {
  url,
  access_token: 'new',
  replaced: 'old',
  refresh_token: 'refresh',
  renew_at: 1,
};

describe('a stored sign-in', () => {
  it('is renewable as long as the session is its own, also when writing it was interrupted', () => {
    using home = temporaryFolder();
    storeLogin(home.path, { url, token: 'new', renewable });
    expect(readRenewableLogin(home.path)).toEqual(renewable);
    writeConfigFile(home.path, 'session', 'old');
    expect(readRenewableLogin(home.path)).toEqual(renewable);
    writeConfigFile(home.path, 'session', 'of another program');
    expect(readRenewableLogin(home.path)).toBeUndefined();
  });

  it('takes the place of the one before, and leaves only the address behind', () => {
    using home = temporaryFolder();
    storeLogin(home.path, { url, token: 'new', renewable });
    storeLogin(home.path, { url, token: 'by password' });
    expect(readConfigFile(home.path, 'oauth.json')).toBeUndefined();
    storeLogin(home.path, { url, token: 'new', renewable });
    forgetLogin(home.path);
    expect(
      (['url', 'session', 'oauth.json'] as const).map((name) => readConfigFile(home.path, name)),
    ).toEqual([url, undefined, undefined]);
  });

  it.each(['', '{', 'null', '[]', '{"access_token":"new"}'])('is not renewable by %j', (text) => {
    using home = temporaryFolder();
    storeLogin(home.path, { url, token: 'new' });
    writeConfigFile(home.path, 'oauth.json', text);
    expect(readRenewableLogin(home.path)).toBeUndefined();
  });
});
