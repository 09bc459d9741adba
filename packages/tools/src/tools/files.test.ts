import { ApiError } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';

const lines = {
  path: '/a',
  content: 'one\ntwo\n',
  offset: 1,
  lines: 2,
  total_lines: 2,
  size: 8,
  etag: 'e',
  next_offset: null,
  cut_lines: [],
};
const bytes = {
  path: '/a',
  content: 'AAH/',
  encoding: 'base64',
  binary: true,
  offset: 0,
  bytes: 3,
  size: 3,
  etag: 'e',
  next_offset: null,
  mime_type: 'image/png',
};

describe('coder_workspace_read_file', () => {
  it('gives a text exactly as it is', async () => {
    const deployment = fakeDeployment({ 'files.readLines': () => lines });
    const { result } = await call(deployment, 'coder_workspace_read_file', { workspace: 'api', path: '/a' });
    expect(result.content).toEqual([{ type: 'text', text: 'one\ntwo\n' }]);
  });

  it('says in a second item where to read on', async () => {
    const deployment = fakeDeployment({
      'files.readLines': () => ({ ...lines, total_lines: 9, size: 40, next_offset: 3 }),
    });
    const { result } = await call(deployment, 'coder_workspace_read_file', {
      workspace: 'api',
      path: '/a',
      offset: 0,
      limit: 2,
    });
    expect(result.content[1]?.text).toBe('Lines 1 to 2 of 9 (40 bytes). Read on with offset 3.');
    expect(inputsOf(deployment, 'files.readLines')).toMatchObject([{ offset: 1, limit: 2 }]);
  });

  it('gives a binary file as base64 with its type', async () => {
    const deployment = fakeDeployment({
      'files.readLines': () => {
        throw new ApiError('AGENT_ERROR', { message: '/a is not text' });
      },
      'files.readBytes': () => bytes,
    });
    const { json } = await call(deployment, 'coder_workspace_read_file', { workspace: 'api', path: '/a' });
    expect(json).toMatchObject({ content: 'AAH/', mimeType: 'image/png', encoding: 'base64', size: 3 });
  });

  it('gives a large one in the same form', async () => {
    const content = Buffer.alloc(100_000, 'é').toString('base64');
    const deployment = fakeDeployment({
      'files.readBytes': () => ({ ...bytes, content, bytes: 100_000, size: 200_000, next_offset: 100_000 }),
    });
    const args = { workspace: 'api', path: '/a', encoding: 'base64' };
    const { json } = await call(deployment, 'coder_workspace_read_file', args);
    expect(json).toEqual({
      content,
      mimeType: 'image/png',
      encoding: 'base64',
      size: 200_000,
      next_offset: 100_000,
    });
  });

  it('tells what the agent refused for another reason', async () => {
    const deployment = fakeDeployment({
      'files.readLines': () => {
        throw new ApiError('AGENT_ERROR', { message: 'open /a: not a file' });
      },
      'files.readBytes': () => {
        throw new ApiError('AGENT_ERROR', { message: 'open /a: not a file' });
      },
    });
    const { text, isError } = await call(deployment, 'coder_workspace_read_file', {
      workspace: 'api',
      path: '/a',
    });
    expect(isError).toBe(true);
    expect(text).toBe('open /a: not a file');
  });

  it('refuses a limit of more bytes than one answer holds', async () => {
    const deployment = fakeDeployment({ 'files.readBytes': () => bytes });
    const { text } = await call(deployment, 'coder_workspace_read_file', {
      workspace: 'api',
      path: '/a',
      encoding: 'base64',
      limit: 1_048_577,
    });
    expect(text).toBe('limit must be 1048576 or less, got 1048577');
  });

  it.each(['a/b', '../x', '/a\0b'])('refuses the path %j', async (path) => {
    const deployment = fakeDeployment({ 'files.readLines': () => lines });
    const { isError, json } = await call(deployment, 'coder_workspace_read_file', { workspace: 'api', path });
    expect(isError).toBe(true);
    expect(json.error).toMatch(/path: (file path must be absolute|must have no NUL)/);
  });
});

describe('coder_workspace_write_file', () => {
  it('refuses what is said to be base64 and is not', async () => {
    const { text, isError } = await call(fakeDeployment(), 'coder_workspace_write_file', {
      workspace: 'api',
      path: '/a',
      content: 'hello there',
      encoding: 'base64',
    });
    expect(isError).toBe(true);
    expect(text).toContain('not base64');
  });
});

describe('the edit tools', () => {
  it("tell the agent's refusal once, in the words of their own arguments", async () => {
    const message = 'old_text was not found in /a. Read the file again.';
    const deployment = fakeDeployment({
      'files.edit': () => {
        throw new ApiError('AGENT_ERROR', {
          message,
          validations: [{ field: 'files.0.edits.0.old_text', detail: message }],
        });
      },
    });
    const { text, isError } = await call(deployment, 'coder_workspace_edit_file', {
      workspace: 'api',
      path: '/a',
      edits: [{ search: 'x', replace: 'y' }],
    });
    expect(isError).toBe(true);
    expect(text).toBe('search was not found in /a. Read the file again.');
  });

  const edited = { files: [{ path: '/a', diff: '-x\n+y\n', etag: 'e', replacements: 1, match: 'exact' }] };
  it.each([
    ['coder_workspace_edit_file', { path: '/a', edits: [{ search: 'x', replace: 'y' }] }],
    ['coder_workspace_edit_file', { path: '/a', edits: [{ old_text: 'x', new_text: 'y' }] }],
    ['coder_workspace_edit_files', { files: [{ path: '/a', edits: [{ old_text: 'x', new_text: 'y' }] }] }],
  ])('%s takes %j', async (name, args) => {
    const deployment = fakeDeployment({ 'files.edit': () => edited });
    const { json } = await call(deployment, name, { workspace: 'api', ...args });
    expect(json).toMatchObject({ files: [{ path: '/a', diff: '-x\n+y\n' }] });
    expect(inputsOf(deployment, 'files.edit')).toMatchObject([
      { files: [{ path: '/a', edits: [{ old_text: 'x', new_text: 'y', replace_all: false }] }] },
    ]);
  });
});
