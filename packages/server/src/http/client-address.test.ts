import { expect, it } from 'vitest';
import { testClock } from '../testing/index.ts';
import { addressGroup } from './client-address.ts';
import { createRateLimits } from './pipeline-limits.ts';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['', ''],
])('%s is counted as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group);
});

it('gives no more sign-ins to who has many addresses of one IPv6 network', () => {
  const limits = createRateLimits({ login: 3, clock: testClock() });
  const from = (ip: string) => limits.take({ rateLimit: 'login' }, { ip, headers: new Headers() }, undefined);
  for (const n of [1, 2, 3]) from(`2001:db8:1:2::${n}`);
  expect(() => from('2001:db8:1:2::4')).toThrow('3 requests');
  expect(() => from('2001:db8:1:3::4')).not.toThrow();
});
