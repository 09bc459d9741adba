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

test('what an application did in a workspace has an address', () => {
  const filter = { application: 'https://claude.ai/x', workspace: 'ada/web', tool: 'coder_workspace_bash' };
  expect(auditQuery(auditFilterOf(filter))).toBe(
    'application:"https://claude.ai/x" tool:"coder_workspace_bash" workspace:"ada/web"',
  );
  expect(auditFilterOf({ token: 2026 })).toEqual({ token: '2026' });
});

test('a value cannot end its quotes', () => {
  expect(auditQuery({ user: 'x" action:"delete' })).toBe('username:"x action:delete"');
});

test('an address with nonsense shows the first page of everything', () => {
  expect(auditFilterOf({ user: null, page: 'x', other: 'y', action: '', tool: ['x'] })).toEqual({});
  expect(auditFilterOf({ user: 'ada', page: 2 })).toEqual({ user: 'ada', page: 2 });
  expect(auditFilterOf({ page: -1 })).toEqual({});
});
