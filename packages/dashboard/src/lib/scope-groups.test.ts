import { expandScopes, isPublicScope, publicScopes } from '@coder/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScopes, type ScopeGroupId, scopeGroups, scopesOf } from './scope-groups.ts';

const ids = scopeGroups.map(({ id }) => id);
const limited = ids.filter((id) => id !== 'everything');
const titles = new Map(scopeGroups.map(({ id, title }) => [id, title] as const));

test('a token may ask for every scope of every group', () => {
  for (const { scopes } of scopeGroups)
    for (const scope of scopes) expect([scope, isPublicScope(scope)]).toEqual([scope, true]);
});

test('no group but everything carries the whole power of the user', () => {
  for (const id of limited) expect(expandScopes(scopesOf(new Set([id])))).not.toBe('all');
  expect(scopesOf(new Set(['look', 'everything']))).toEqual(['coder:all']);
  expect(scopesOf(new Set())).toEqual([]);
});

test('deleting and working inside are granted only where they are marked', () => {
  for (const [id, permission] of [
    ['delete', 'workspace:delete'],
    ['work', 'workspace:ssh'],
    ['account', 'api_key:create'],
    ['templates', 'template:delete'],
  ] as const) {
    const others = expandScopes(scopesOf(new Set(limited.filter((other) => other !== id))));
    expect([permission, others !== 'all' && others.has(permission)]).toEqual([permission, false]);
    const own = expandScopes(scopesOf(new Set([id])));
    expect([permission, own !== 'all' && own.has(permission)]).toEqual([permission, true]);
  }
});

test('what was marked is what the list says', () => {
  fc.assert(
    fc.property(fc.subarray(limited, { minLength: 1 }), (marked: ScopeGroupId[]) => {
      const said = describeScopes(scopesOf(new Set(marked)));
      expect(said).toEqual(
        limited.filter((id) => id === 'look' || marked.includes(id)).map((id) => titles.get(id)),
      );
    }),
  );
});

test('no scope of a token goes unsaid', () => {
  expect(describeScopes(['workspace:delete'])).toEqual(['workspace:delete']);
  expect(describeScopes(['coder:all', 'workspace:read'])).toEqual(['Everything']);
  for (const scope of publicScopes) expect(describeScopes([scope]).length).toBeGreaterThan(0);
});
