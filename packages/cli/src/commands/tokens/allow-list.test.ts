import { type ApiClient, ApiError, type ApiKey } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { allowEntry, allowListTexts } from './allow-list.ts';

const id = '0e201352-8568-4bf2-a1c0-6a80d727554a';
/** A client that knows `ada/web`, asked for as `me/web` by its owner, and the template `node`. */
const client = {
  workspaces: {
    getByName: async ({ user, name }: { user: string; name: string }) => {
      if (name === 'web' || name === 'deadbeef-web') return { id, owner_name: user };
      throw new ApiError('NOT_FOUND');
    },
    list: async () => ({ workspaces: [{ id, owner_name: 'ada', name: 'web' }] }),
  },
  templates: { list: async () => [{ id, name: 'node' }] },
} as unknown as ApiClient;

describe('what --allow names', () => {
  it.each([
    ['workspace:web', `workspace:${id}`],
    // It begins like an id, but is a name.
    ['workspace:deadbeef-web', `workspace:${id}`],
    ['workspace:ada/web', `workspace:${id}`],
    ['template:node', `template:${id}`],
    [`workspace:${id.toUpperCase()}`, `workspace:${id}`],
    [`user:${id}`, `user:${id}`],
    ['workspace:*', 'workspace:*'],
  ])('%s becomes %s', async (text, entry) => {
    expect(await allowEntry(client, text, 'me')).toBe(entry);
  });

  it.each([
    ['web', 'Write it workspace:<name or id>.'],
    ['workspace:', 'Write it workspace:<name or id>.'],
    [':web', 'Write it workspace:<name or id>.'],
    ['workspace:none', 'No workspace "none"'],
    ['template:none', 'No template "none"'],
    ['user:ada', 'of a user give the id, or "user:*" for all'],
  ])('%s is refused with a sentence', async (text, message) => {
    await expect(allowEntry(client, text, 'me')).rejects.toThrow(message);
  });
});

describe('the allow lists of tokens', () => {
  const keys = [{ allow_list: [`workspace:${id}`, 'template:*'] }, { allow_list: ['*:*'] }] as ApiKey[];

  it('name the workspaces that can be seen', async () => {
    expect(await allowListTexts(client, keys)).toEqual(['workspace:ada/web template:*', '*:*']);
  });

  it('hold ids for a token that may not look at workspaces', async () => {
    const blind = { workspaces: { list: async () => Promise.reject(new ApiError('FORBIDDEN')) } };
    expect(await allowListTexts(blind as unknown as ApiClient, keys)).toEqual([
      `workspace:${id} template:*`,
      '*:*',
    ]);
  });
});
