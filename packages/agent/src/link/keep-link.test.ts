import { expect, test } from 'vitest';
import { createBackoff } from './backoff.ts';
import { type DialEnd, linkAddress } from './dial.ts';
import { keepLink } from './keep-link.ts';

test('waits grow from the first to the cap, each with jitter, and begin anew after a success', () => {
  const backoff = createBackoff({ firstMs: 100, capMs: 5_000, random: () => 1 });
  expect(Array.from({ length: 8 }, () => backoff.next())).toEqual([
    100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000,
  ]);
  backoff.reset();
  expect(backoff.next()).toBe(100);
  expect(createBackoff({ firstMs: 100, capMs: 5_000, random: () => 0 }).next()).toBe(50);
});

test('addresses of servers, of base paths and of socket files', () => {
  expect(linkAddress('https://host/base/')).toBe('wss://host/base/api/v2/workspaceagents/me/link');
  expect(linkAddress('http://host:3000?x=1')).toBe('ws://host:3000/api/v2/workspaceagents/me/link');
  expect(linkAddress('unix:///run/a.sock')).toBe('ws+unix:/run/a.sock:/api/v2/workspaceagents/me/link');
  expect(() => linkAddress('ftp://host')).toThrow(/Use http/);
});

const scripted = (ends: DialEnd[], clock: { now: number }) => {
  let dials = 0;
  return {
    dials: () => dials,
    options: {
      agentUrl: 'http://x',
      token: 't',
      version: 'v',
      log: () => {},
      onOpen: () => {},
      now: () => clock.now,
      firstRetryMs: 1,
      maxRetryMs: 1,
      giveUpAfterMs: 1_000,
      dialOnce: async () => {
        const end = ends[Math.min(dials, ends.length - 1)] as DialEnd;
        dials += 1;
        clock.now += 400;
        return end;
      },
    },
  };
};

test('a token that is refused and refused ends the agent', async () => {
  const clock = { now: 0 };
  const script = scripted([{ kind: 'refused', status: 401 }], clock);
  await expect(keepLink({ ...script.options, signal: new AbortController().signal })).resolves.toBe(
    'token_refused',
  );
  expect(script.dials()).toBe(4);
});

test('any other answer in between means that the server has a problem, not the token', async () => {
  const stop = new AbortController();
  const clock = { now: 0 };
  const refused: DialEnd = { kind: 'refused', status: 401 };
  const script = scripted(
    [
      refused,
      refused,
      { kind: 'refused', status: 503 },
      refused,
      refused,
      { kind: 'unreachable', reason: 'x' },
    ],
    clock,
  );
  const dialOnce = async () => {
    if (script.dials() === 5) stop.abort();
    return script.options.dialOnce();
  };
  await expect(keepLink({ ...script.options, dialOnce, signal: stop.signal })).resolves.toBe('stopped');
});
