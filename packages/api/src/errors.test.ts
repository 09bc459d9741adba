import { describe, expect, it } from 'vitest';
import { ApiError, describeError, describeErrorLines } from './errors.ts';

describe('the sentence of an error', () => {
  it.each([
    [
      new ApiError('NOT_FOUND', { message: 'No such token.' }),
      'No such token. Check the name or id; list what you can see.',
    ],
    [
      new ApiError('VALIDATION_FAILED', {
        validations: [{ field: 'lifetime', detail: 'must be at least 1 second' }],
      }),
      'Validation failed. lifetime: must be at least 1 second',
    ],
    [
      new ApiError('VALIDATION_FAILED', {
        validations: [
          { field: 'a', detail: 'is required' },
          { field: 'b', detail: 'is not known' },
        ],
      }),
      'Validation failed. a: is required; b: is not known',
    ],
    [
      new ApiError('CONFLICT', {
        message: 'Workspace "web" already exists.',
        validations: [{ field: 'name', detail: 'is taken' }],
      }),
      'Workspace "web" already exists. Choose another one.',
    ],
    [
      new ApiError('CONFLICT', { message: 'The build is over.' }),
      'The build is over. Read the current state first.',
    ],
    [
      new ApiError('FORBIDDEN', { message: 'Only an owner may.', detail: 'Ask one.' }),
      'Only an owner may. Ask one.',
    ],
    [
      new ApiError('UNAUTHENTICATED', { message: 'You are signed out.', detail: 'API key is invalid.' }),
      'You are signed out. API key is invalid. Sign in with "coder login", or send a valid token.',
    ],
    [
      new ApiError('AGENT_ERROR', {
        message: 'Nothing answers on port 1.',
        validations: [{ field: 'port', detail: 'Nothing answers on port 1.' }],
      }),
      'Nothing answers on port 1.',
    ],
    [
      new ApiError('BAD_REQUEST', { message: 'The template "old" is deprecated: use node' }),
      'The template "old" is deprecated: use node. Correct the request and send it again.',
    ],
  ])('says each thing once: %s', (error, sentence) => {
    expect(describeError(error)).toBe(sentence);
  });

  it('gives several wrong fields a line each where lines may be given', () => {
    const error = new ApiError('BAD_REQUEST', {
      message: 'The input is wrong',
      validations: [
        { field: 'name', detail: 'is missing' },
        { field: 'icon', detail: 'must be a URL' },
      ],
      detail: 'See the reference.',
    });
    expect(describeError(error)).toBe(
      'The input is wrong. name: is missing; icon: must be a URL See the reference.',
    );
    expect(describeErrorLines(error)).toEqual([
      'The input is wrong.',
      '  name: is missing',
      '  icon: must be a URL',
      'See the reference.',
    ]);
  });
});
