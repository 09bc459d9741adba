import { expect, test } from 'vitest';
import { callerOf, outcomeOf, suggestionsOf } from './entry.ts';

test('every end of an action has a word, and none that failed looks well', () => {
  expect([0, 200, 204, 400, 401, 403, 404, 428, 500].map((status) => outcomeOf(status).text)).toEqual([
    'open',
    'done',
    'done',
    'failed 400',
    'refused 401',
    'refused 403',
    'failed 404',
    'approval asked',
    'failed 500',
  ]);
  for (const status of [0, 400, 403, 428, 500]) expect(outcomeOf(status).tone).not.toBe('good');
});

test('an entry says by what its user acted', () => {
  const named = (additional_fields: Record<string, unknown>) => callerOf({ additional_fields });
  expect(named({ application: 'Claude', application_id: 'https://claude.ai/x' })).toEqual({
    application: 'Claude',
    applicationId: 'https://claude.ai/x',
    token: '',
  });
  expect(named({ token: 'ci' }).token).toBe('ci');
  expect(named({ token: 3 }).token).toBe('');
});

test('a filter is filled with what is on the page, each once', () => {
  const log = (username: string, additional_fields: Record<string, unknown>) => ({
    user: { id: '', username, email: '' },
    additional_fields,
  });
  expect(
    suggestionsOf([
      log('bob', { tool: 'b', token: 'ci' }),
      log('ada', { tool: 'a', application: 'Claude' }),
      log('ada', { tool: 'b' }),
      { additional_fields: {} },
    ]),
  ).toEqual({ user: ['ada', 'bob'], application: ['Claude'], token: ['ci'], tool: ['a', 'b'] });
});
