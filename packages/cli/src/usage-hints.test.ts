import { expect, it } from 'vitest';
import { runCoder } from './testing/run-coder.ts';

it.each([
  [
    ['show'],
    "error: missing required argument 'workspace'",
    'Usage: coder show [options] <workspace>',
    'See "coder show --help".',
  ],
  [
    ['schedule', 'start', 'web'],
    "error: missing required argument 'schedule'",
    'Usage: coder schedule start [options] <workspace> <schedule...>',
    'See "coder schedule start --help".',
  ],
  [
    ['quickstart', '127.0.0.1:3911'],
    "error: too many arguments for 'quickstart'. Expected 0 arguments but got 1: 127.0.0.1:3911.",
    'Usage: coder quickstart [options]',
    'See "coder quickstart --help".',
  ],
  [
    ['exp', 'mcp', 'configure', 'nope'],
    "error: unknown command 'nope'",
    'There are: claude-desktop, claude-code, cursor, vscode.',
    'See "coder exp mcp configure --help".',
  ],
  [
    ['exp', 'mcp', 'configure', 'nope', '--help'],
    "error: unknown command 'nope'",
    'There are: claude-desktop, claude-code, cursor, vscode.',
    'See "coder exp mcp configure --help".',
  ],
  [['show', 'web', '--nope'], "error: unknown option '--nope'", 'See "coder show --help".'],
  [['list', '--nope'], "error: unknown option '--nope'", 'See "coder list --help".'],
  [['frobnicate'], "error: unknown command 'frobnicate'", 'See "coder --help".'],
])('words that a command does not take are refused with those that it takes: %j', async (words, ...lines) => {
  expect(await runCoder(...words)).toEqual({ code: 1, stdout: '', stderr: `${lines.join('\n')}\n` });
});
