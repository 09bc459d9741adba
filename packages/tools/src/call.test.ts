import { ApiError } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { call, inputsOf } from './testing/call.ts';
import { fakeDeployment } from './testing/fake-deployment.ts';

describe('callTool', () => {
  it('refuses a tool whose scope the token lacks, and names the scope', async () => {
    const deployment = fakeDeployment();
    const { text, isError } = await call(
      deployment,
      'coder_workspace_bash',
      { workspace: 'api', command: 'true' },
      { scopes: ['workspace:read'] },
    );
    expect(isError).toBe(true);
    expect(text).toBe(
      'This token may not use coder_workspace_bash: it lacks the scope workspace:ssh. A token never gets more than it was made with: use another that has it.',
    );
    expect(deployment.calls).toEqual([]);
  });

  it('refuses wrong arguments whole, with the path and the schema', async () => {
    const deployment = fakeDeployment();
    const { json, isError } = await call(deployment, 'coder_workspace_edit_files', {
      workspace: 'api',
      files: [{ path: '/a', edits: [{ search: 'x' }] }],
      colour: 'red',
    });
    expect(isError).toBe(true);
    expect(json.error).toContain('files[0].edits[0].replace');
    expect(json.error).toContain('unknown "colour"; known: workspace, files');
    expect(json.expectedSchema).toMatchObject({ type: 'object' });
    expect(deployment.calls).toEqual([]);
  });

  it.each([
    ['a string', 'x'],
    ['a list', []],
    ['a number', 5],
  ])('refuses arguments that are %s', async (_, args) => {
    const { isError } = await call(fakeDeployment(), 'coder_list_workspaces', args);
    expect(isError).toBe(true);
  });

  it('takes null and empty texts for arguments that were left out', async () => {
    const deployment = fakeDeployment();
    const { isError } = await call(deployment, 'coder_list_workspaces', {
      owner: '',
      limit: null,
      cursor: '',
    });
    expect(isError).toBe(false);
    expect(inputsOf(deployment, 'workspaces.list')).toMatchObject([
      { q: 'owner:"me"', limit: 20, offset: 0 },
    ]);
  });

  it('keeps an empty text that is required: a file may be empty', async () => {
    const deployment = fakeDeployment({
      'files.write': ({ path }: { path: string }) => ({
        path,
        size: 0,
        sha256: '',
        etag: 'e',
        created: true,
      }),
    });
    const { isError } = await call(deployment, 'coder_workspace_write_file', {
      workspace: 'api',
      path: '/a',
      content: '',
    });
    expect(isError).toBe(false);
  });

  it('tells what the server says of a refusal, with its next step', async () => {
    const deployment = fakeDeployment({
      'users.get': () => {
        throw new ApiError('INSUFFICIENT_SCOPE', { message: 'The token lacks the scope user:read.' });
      },
    });
    const { text, isError } = await call(deployment, 'coder_get_authenticated_user', {});
    expect(isError).toBe(true);
    expect(text).toContain('The token lacks the scope user:read. Use a token');
  });

  it('keeps the insides of an unforeseen failure to itself', async () => {
    const deployment = fakeDeployment({
      'users.get': () => {
        throw new Error('secret connection string');
      },
    });
    const { text, isError } = await call(deployment, 'coder_get_authenticated_user', {});
    expect(isError).toBe(true);
    expect(text).not.toContain('secret');
  });
});
