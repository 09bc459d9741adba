import { expect, it } from 'vitest';
import { profiles } from '../clients/index.ts';
import { publicUrl } from '../testing/diagnose.ts';
import { tooSlow } from './patience.ts';

it('counts what takes longer than a client waits', () => {
  const exchange = {
    reached: true,
    url: publicUrl,
    status: 200,
    headers: new Headers(),
    text: '',
    ms: 11_200,
  } as const;
  const [claude, , cursor] = profiles;
  expect(claude && tooSlow(claude, exchange)).toEqual([
    expect.objectContaining({
      mark: 'problem',
      what: `${publicUrl} took 11 s to answer, and claude.ai gives up after 10 s.`,
    }),
  ]);
  expect(cursor && tooSlow(cursor, exchange)).toEqual([]);
});
