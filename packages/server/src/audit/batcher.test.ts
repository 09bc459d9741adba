import { describe, expect, it } from 'vitest';
import { createBatcher } from './batcher.ts';

describe('a batcher', () => {
  it('gathers what comes while it writes, and tells each whether it was written', async () => {
    const batches: number[][] = [];
    let release: () => void = () => undefined;
    const batcher = createBatcher<number>({
      delayMs: 0,
      maxBatch: 3,
      maxWaiting: 5,
      async write(items) {
        batches.push([...items]);
        if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve));
        if (items.includes(5)) throw new Error('no');
      },
    });
    const one = batcher.add(1);
    await Promise.resolve();
    const rest = [2, 3, 4, 5, 6].map((item) => batcher.add(item));
    await expect(batcher.add(7)).rejects.toThrow('too many');
    release();
    await one;
    const results = await Promise.allSettled(rest);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(batches).toEqual([[1], [2, 3, 4], [5, 6]]);
  });

  it('writes the items of a refused batch one by one, so that a bad one takes no other with it', async () => {
    const written: number[] = [];
    const batcher = createBatcher<number>({
      delayMs: 0,
      async write(items) {
        if (items.includes(2)) throw new Error('no');
        written.push(...items);
      },
      separable: () => true,
    });
    const all = [0, 1, 2, 3].map((item) => batcher.add(item));
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(written).toEqual([0, 1, 3]);
  });
});
