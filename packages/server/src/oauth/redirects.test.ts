import { expect, it } from 'vitest';
import { redirectProblem } from './redirects.ts';

it.each([
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'vscode://ms-vscode.mcp/callback',
  'vscode-insiders://ms-vscode.mcp/callback',
  'claude://oauth/callback',
  'com.example.app:/callback',
  'com.example.app://callback',
  'http://127.0.0.1:33418/',
  'https://vscode.dev/redirect',
])('%s may be registered by an application itself', (uri) => {
  expect(redirectProblem(uri)).toBeUndefined();
});

it.each([
  'ms-msdt:/id',
  'search-ms:query=x',
  'chrome://settings/x',
  'intent://x',
  'myapp://callback',
  'javascript:x//a.b',
])('%s may not', (uri) => {
  expect(redirectProblem(uri)).toMatch(/scheme/);
});

it('leaves the schemes of programs to an administrator, but for those that systems open by themselves', () => {
  expect(redirectProblem('myapp://callback', 'administrator')).toBeUndefined();
  for (const uri of ['ms-msdt:/id', 'search-ms:query=x', 'chrome://settings/x', 'javascript:x']) {
    expect(redirectProblem(uri, 'administrator')).toMatch(/scheme/);
  }
});
