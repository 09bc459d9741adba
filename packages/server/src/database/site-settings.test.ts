import { describe, expect, it } from 'vitest';
import { testDatabase } from '../testing/index.ts';
import { deploymentId, ensureSetting, signingKey } from './site-settings.ts';

describe('a setting of the deployment', () => {
  it('is made once, however many servers ask at once', async () => {
    await using database = await testDatabase();
    let made = 0;
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => ensureSetting(database.db, 'a', () => String(++made))),
    );
    expect(new Set(answers).size).toBe(1);
  });

  it('gives an id and keys that stay, a key for each purpose', async () => {
    await using database = await testDatabase();
    expect(await deploymentId(database.db)).toBe(await deploymentId(database.db));
    const key = await signingKey(database.db, 'one');
    expect(key).toHaveLength(32);
    expect(await signingKey(database.db, 'one')).toEqual(key);
    expect(await signingKey(database.db, 'two')).not.toEqual(key);
  });
});
