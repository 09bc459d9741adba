import type { CapabilityId, ConsentRequest } from '@coder/api';
import { expect, test } from 'vitest';
import { decisionOf, firstChoice, impliedBy, problemOf, toggle } from './choice.ts';

const capability = (id: CapabilityId, suggested: boolean) => ({ id, suggested });
const request = {
  capabilities: [capability('look', true), capability('operate', true), capability('delete', false)],
  default_expires_in: 3600,
} as unknown as ConsentRequest;

test('a page begins with what the server suggests, and allows exactly that', () => {
  expect(decisionOf(firstChoice(request))).toEqual({
    decision: 'allow',
    capabilities: ['look', 'operate'],
    workspaces: { kind: 'all' },
    expires_in: 3600,
  });
});

test('what is not marked is not sent', () => {
  const choice = toggle(toggle(firstChoice(request), 'operate', false), 'delete', true);
  expect(decisionOf(choice).capabilities).toEqual(['look', 'delete']);
});

test('everything contains all others, and whoever may do something may look', () => {
  const choice = firstChoice(request);
  expect(impliedBy(choice, 'look')).toBe('others');
  expect(impliedBy(choice, 'delete')).toBeUndefined();
  expect(impliedBy(toggle(choice, 'operate', false), 'look')).toBeUndefined();
  const all = toggle(choice, 'everything', true);
  expect(impliedBy(all, 'delete')).toBe('everything');
  expect(impliedBy(all, 'everything')).toBeUndefined();
  expect(decisionOf(all).capabilities).toEqual(['everything']);
});

test('nothing at all and no workspace of a choice cannot be allowed', () => {
  const choice = firstChoice(request);
  expect(problemOf(choice)).toBeUndefined();
  expect(problemOf({ ...choice, capabilities: new Set() })).toContain('at least one thing');
  expect(problemOf({ ...choice, workspaces: 'chosen' })).toContain('at least one workspace');
  expect(problemOf({ ...choice, workspaces: 'created' })).toBeUndefined();
  expect(problemOf({ ...toggle(choice, 'operate', false), workspaces: 'created' })).toContain('create');
  const chosen = { ...choice, workspaces: 'chosen', ids: new Set(['1']) } as const;
  expect(problemOf(chosen)).toBeUndefined();
  expect(decisionOf(chosen).workspaces).toEqual({ kind: 'chosen', ids: ['1'] });
});
