import { ApiError } from '@coder/api';
import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CliError } from '../cli-error.ts';
import { reportError } from './report-error.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** The exit code and what was written to standard error. */
function report(error: unknown): [code: number, text: string] {
  let text = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  return [reportError(error), text];
}

describe('a failed command', () => {
  it.each([
    [new CliError('No workspace "x". You have: web.'), 1, 'No workspace "x". You have: web.\n'],
    [new CliError('', 7), 7, ''],
    [new CliError('Canceled.', 130), 130, 'Canceled.\n'],
    [
      new ApiError('RATE_LIMITED', { message: 'Too many.' }),
      1,
      'Too many. Wait as long as the Retry-After header says.\n',
    ],
    [
      new ApiError('NOT_FOUND', { message: 'No \u001b[2J\u0007such thing.' }),
      1,
      'No  such thing. Check the name or id; list what you can see.\n',
    ],
    [new Error('EACCES: permission denied'), 1, 'EACCES: permission denied\n'],
    ['thrown as text', 1, 'thrown as text\n'],
    [
      new CliError(['a.yaml:1: wrong', 'b.yaml:2: wrong\nForged: line']),
      1,
      'a.yaml:1: wrong\nb.yaml:2: wrong Forged: line\n',
    ],
    [
      new ApiError('BAD_REQUEST', {
        message: 'The input is wrong.',
        validations: [
          { field: 'name', detail: 'is missing' },
          { field: 'icon', detail: 'must be\na URL' },
        ],
      }),
      1,
      'The input is wrong.\n  name: is missing\n  icon: must be a URL\n',
    ],
    // Commander has said already what is wrong.
    [new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"), 1, ''],
    [new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'), 0, ''],
  ])('says what is wrong in a sentence: %s', (error, code, text) => {
    expect(report(error)).toEqual([code, text]);
  });

  it('shows where it happened only to who asks', () => {
    vi.stubEnv('CODER_DEBUG', '1');
    expect(report(new Error('broken'))[1]).toContain('report-error.test.ts');
  });
});
