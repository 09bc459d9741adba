import { describe, expect, it } from 'vitest';
import { hashPassword, needsRehash, verifyPassword } from './password.ts';

describe('a password', () => {
  it('fits its own hash alone', async () => {
    const hash = await hashPassword('correct horse');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword('correct horse', hash)).toBe(true);
    expect(await verifyPassword('correct horse ', hash)).toBe(false);
    expect(await hashPassword('correct horse')).not.toBe(hash);
    expect(needsRehash(hash)).toBe(false);
  });

  it('fits no hash that is missing or broken, and a hash of another cost still', async () => {
    expect(await verifyPassword('x', undefined)).toBe(false);
    expect(await verifyPassword('', null)).toBe(false);
    expect(await verifyPassword('x', '$argon2id$v=19$nonsense')).toBe(false);
    // The test vector of the argon2 command: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 24.
    const older = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b/dWRWJTmaaJObG';
    expect(needsRehash(older)).toBe(true);
    expect(await verifyPassword('wrong', older)).toBe(false);
  });

  it('is refused when too many wait, and all that wait are answered', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 80 }, () => verifyPassword('x', undefined)),
    );
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(80 - 64 - 2);
    expect(refused[0]).toMatchObject({ reason: { code: 'OVERLOADED', retryAfter: 5 } });
  });
});
