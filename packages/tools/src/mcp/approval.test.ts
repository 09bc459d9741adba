import { ApiError } from '@coder/api';
import type { ServerContext } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { errorResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { askForApproval, capabilitiesOf, holdMs, pageAnswerOf, withoutApproval } from './approval.ts';

const approval = {
  id: '4d000000-0000-4000-8000-000000000001',
  url: 'https://coder.example.com/approvals/4d',
  expires_at: '2026-01-02T03:14:05.000Z',
};
const needed = new ApiError('APPROVAL_REQUIRED', { message: 'This needs the approval of ada.', approval });
const outcome = (failure: unknown) => ({ result: errorResult('text'), failure });
const context = (mcpReq: object) => ({ mcpReq }) as unknown as ServerContext;

describe('the page of an approval', () => {
  const urls = { elicitation: { url: {} } };

  it('is asked for where the client opens pages, also when a tool has put the error into words', () => {
    for (const failure of [needed, new ToolError('could not be started', { cause: needed })]) {
      expect(askForApproval(outcome(failure), urls)).toMatchObject({
        resultType: 'input_required',
        inputRequests: {
          approval: {
            method: 'elicitation/create',
            params: {
              mode: 'url',
              url: approval.url,
              message: expect.stringContaining('This needs the approval of ada.'),
            },
          },
        },
      });
    }
  });

  it.each([
    ['a client that asks questions only', needed, { elicitation: { form: {} } }],
    ['a client that declares no kind', needed, { elicitation: {} }],
    ['a client that is not known', needed, undefined],
    ['a denial', new ApiError('APPROVAL_DENIED', { approval }), urls],
    ['another failure', new ApiError('CONFLICT'), urls],
    ['a success', undefined, urls],
  ])('is not asked for: %s', (_, failure, declared) => {
    expect(askForApproval(outcome(failure), declared)).toBeUndefined();
  });

  it('is answered by the client for one call, of which half is then held', () => {
    const answer = (action: unknown) =>
      pageAnswerOf(context({ inputResponses: { approval: { action }, other: { action: 'accept' } } }));
    expect([answer('accept'), answer('decline'), answer('cancel')]).toEqual(['accept', 'decline', 'cancel']);
    expect([answer('approve'), answer(undefined), pageAnswerOf(context({}))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([holdMs('accept', 45_000), holdMs(undefined, 45_000)]).toEqual([22_500, 0]);
    expect(withoutApproval('decline').result).toMatchObject({ isError: true });
  });

  it('is for the client of the very request where requests say what it can do', () => {
    const envelope = { 'io.modelcontextprotocol/clientCapabilities': urls };
    expect(capabilitiesOf(context({ envelope }), () => undefined)).toEqual(urls);
    expect(capabilitiesOf(context({}), () => urls)).toEqual(urls);
  });
});
