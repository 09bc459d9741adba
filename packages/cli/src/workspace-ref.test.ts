import { type ApiClient, ApiError, type Workspace } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { findWorkspace, parseWorkspaceRef, pickAgent } from './workspace-ref.ts';

describe('a workspace named on the command line', () => {
  it.each([
    ['web', { owner: 'me', name: 'web', agent: undefined }],
    ['ada/web', { owner: 'ada', name: 'web', agent: undefined }],
    ['ada/web.main', { owner: 'ada', name: 'web', agent: 'main' }],
    ['web.main', { owner: 'me', name: 'web', agent: 'main' }],
  ])('is read: %s', (text, ref) => {
    expect(parseWorkspaceRef(text)).toEqual(ref);
  });

  it.each(['', '/web', 'a/b/c', 'web.', 'a.b.c'])('is refused: %j', (text) => {
    expect(() => parseWorkspaceRef(text)).toThrow('does not name a workspace');
  });

  it.each([
    ['x', ['web', 'api'], 'No workspace "x". You have: web, api.'],
    ['x', [], 'No workspace "x". You have none yet: create one with "coder create".'],
    ['bob/x', ['web'], 'No workspace "bob/x". bob has: web.'],
    ['bob/x', [], 'No workspace "bob/x". bob has none that you can see.'],
  ])('that is not there is answered with those that are: %s of %j', async (text, have, message) => {
    const client = {
      workspaces: {
        getByName: async () => Promise.reject(new ApiError('NOT_FOUND')),
        list: async () => ({ workspaces: have.map((name) => ({ name })) }),
      },
    } as unknown as ApiClient;
    await expect(findWorkspace(client, text)).rejects.toThrow(message);
  });

  it.each([
    [[], undefined, 'has no agents. Start it'],
    [['a', 'b'], undefined, 'has several agents. Say which: a, b.'],
    [['a'], 'b', 'has no agent "b". It has: a.'],
  ])('says which agents it has: %j, asked for %s', (names, asked, message) => {
    const agents = names.map((name) => ({ name }));
    const workspace = { name: 'web', latest_build: { resources: [{ agents }] } } as unknown as Workspace;
    expect(() => pickAgent(workspace, asked)).toThrow(message);
    if (names[0] !== undefined) expect(pickAgent(workspace, names[0]).name).toBe(names[0]);
  });
});
