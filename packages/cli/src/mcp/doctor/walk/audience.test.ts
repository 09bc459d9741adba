import { MCP_PATH } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { at, diagnose, publicUrl } from '../testing/diagnose.ts';
import { json, redirect, type Seen } from '../testing/replies.ts';

describe('the audience', () => {
  it('warns where tokens are given for other servers', async () => {
    const { told } = await diagnose({
      answer: at('/oauth2/authorize', (reply, { query }) =>
        query.get('resource')?.includes('elsewhere') ? redirect(`${publicUrl}/oauth2/interaction/x`) : reply,
      ),
    });
    expect(told('chatgpt', 'warning')).toEqual([
      expect.stringContaining(
        'audience: The authorization server is ready to give a token for the resource of another server.',
      ),
    ]);
  });

  const isStranger = (seen: Seen) => seen.headers.get('authorization')?.startsWith('Bearer ey') === true;

  it.each([
    [200, 'problem', 'The MCP endpoint takes a token that was not issued for it.'],
    [403, 'warning', 'A token of another server is answered with HTTP 403 instead of 401'],
  ] as const)('tells a token of another server that is answered with %d', async (status, mark, message) => {
    const { told } = await diagnose({
      answer: at(MCP_PATH, (reply, seen) => (isStranger(seen) ? json({}, status) : reply)),
    });
    expect(told('cursor', mark)).toEqual([expect.stringContaining(`audience: ${message}`)]);
  });
});
