import { expect, test } from 'vitest';
import { auditFilterOf, auditQuery } from './filter.ts';

test('a filter is the query of the API', () => {
  expect(auditQuery({})).toBe('');
  expect(
    auditQuery({ user: 'ada', action: 'delete', type: 'workspace', from: '2026-01-01', to: '2026-01-31' }),
  ).toBe(
    'username:"ada" action:"delete" resource_type:"workspace" date_from:"2026-01-01" date_to:"2026-01-31"',
  );
});

test('a value cannot end its quotes', () => {
  expect(auditQuery({ user: 'x" action:"delete' })).toBe('username:"x action:delete"');
});

test('an address with nonsense shows the first page of everything', () => {
  expect(auditFilterOf({ user: 3, page: 'x', other: 'y', action: '' })).toEqual({});
  expect(auditFilterOf({ user: 'ada', page: 2 })).toEqual({ user: 'ada', page: 2 });
  expect(auditFilterOf({ page: -1 })).toEqual({});
});
