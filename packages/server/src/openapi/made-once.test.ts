import { expect, it } from 'vitest';
import { madeOnce } from './made-once.ts';

it('is made once for all who ask, and anew after it could not be made', async () => {
  let made = 0;
  const ask = madeOnce(async () => {
    made += 1;
    if (made === 1) throw new Error('no memory');
    return `number ${made}`;
  });
  const first = await Promise.allSettled([ask(), ask()]);
  expect([made, ...first.map(({ status }) => status)]).toEqual([1, 'rejected', 'rejected']);
  expect(await Promise.all([ask(), ask()])).toEqual(['number 2', 'number 2']);
  expect(await ask()).toBe('number 2');
});
