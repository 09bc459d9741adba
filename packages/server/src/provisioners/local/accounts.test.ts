import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountRegistry, usableRange } from './accounts.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accounts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('accounts of workspaces', () => {
  it('gives no account twice, even to registries that work at the same moment', async () => {
    const registries = [accountRegistry(folder, range()), accountRegistry(folder, range())];
    const ids = Array.from({ length: 100 }, () => randomUUID());
    const accounts = await Promise.all(ids.map((id, at) => registries[at % 2]!.allocate(id)));
    expect(new Set(accounts.map((account) => account.uid)).size).toBe(100);
    expect(accounts.every((account) => account.fresh && account.uid === account.gid)).toBe(true);
  });

  it('keeps an account until it is released', async () => {
    const id = randomUUID();
    const first = await accountRegistry(folder, range()).allocate(id);
    const later = accountRegistry(folder, range());
    expect(await later.allocate(id)).toEqual({ ...first, fresh: false });
    expect(await later.holders()).toEqual([id]);
    await later.release(id);
    await later.release(id);
    expect(await later.find(id)).toBeUndefined();
  });

  it('says what to do when all are in use', async () => {
    const accounts = accountRegistry(folder, { first: 2_090_000, count: 2 });
    await accounts.allocate(randomUUID());
    await accounts.allocate(randomUUID());
    await expect(accounts.allocate(randomUUID())).rejects.toThrow('Delete workspaces');
  });

  it('leaves out accounts that the machine has', async () => {
    const passwd = await readFile('/etc/passwd', 'utf8');
    const taken = Number(/^nobody:[^:]*:(\d+)/m.exec(passwd)?.[1]);
    const accounts = accountRegistry(folder, { first: taken - 1, count: 2 });
    expect((await accounts.allocate(randomUUID())).uid).toBe(taken - 1);
    await expect(accounts.allocate(randomUUID())).rejects.toThrow();
  });

  it('stays within the accounts that a container has', () => {
    const wanted = { first: 2_000_000, count: 90_000 };
    expect(usableRange(wanted, '         0          0 4294967295\n')).toEqual(wanted);
    const { first, count } = usableRange(wanted, '         0     100000      65536\n');
    expect(first).toBeGreaterThan(30_000);
    expect(first + count).toBeLessThanOrEqual(65_534);
    expect(() => usableRange(wanted, '         0       1000          1\n')).toThrow('another user than root');
  });
});

function range() {
  return { first: 2_090_000, count: 300 };
}
