import { tools } from '@coder/tools';
import { describe, expect, it } from 'vitest';
import { type Actor, APPLICATION_LOGIN } from '../authorization/index.ts';
import { testActor } from '../testing/index.ts';
import { findRefusedCall } from './missing-scopes.ts';

const application = { id: 'c', name: 'Claude', grantId: 'g' };
const narrow = testActor({ scopes: ['workspace:read'] });
const withKey = (key: Partial<Actor['key']>): Actor => ({ ...narrow, key: { ...narrow.key, ...key } });
const callOf = (name: string) => ({ method: 'tools/call', params: { name, arguments: {} } });

describe('a call that a token may not make', () => {
  it('is refused with all scopes to ask for when it is the token of an application, which can sign in again', () => {
    const actor = withKey({ application, loginType: APPLICATION_LOGIN });
    const refused = findRefusedCall(actor, { tools }, callOf('coder_workspace_bash'));
    expect(refused?.error).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
      scopes: ['workspace:read', 'workspace:ssh'],
      detail: expect.stringContaining('connect the application again'),
    });
    expect(findRefusedCall(actor, { tools }, callOf('coder_list_workspaces'))).toBeUndefined();
    expect(findRefusedCall(actor, { tools: [] }, callOf('coder_workspace_bash'))).toBeUndefined();
  });

  it.each([
    ['a person', {}],
    ['an application', { application }],
  ])('is left to the tool to refuse when it is an API token that %s has made', (_, key) => {
    const actor = withKey({ loginType: 'token', ...key });
    expect(findRefusedCall(actor, { tools }, callOf('coder_workspace_bash'))).toBeUndefined();
  });
});
