import { readFileSync } from 'node:fs';
import { approvalClasses, approvalStatuses, contract, rawRoutes } from '@coder/api';
import { expect, test } from 'vitest';
import { isOpen, isShort, orderedArguments, outcomeOf, shownArgument, statuses, titleOf } from './words.ts';

const asked = (route: string, name = 'ada/web', type = 'workspace') =>
  ({ class: 'commands', route, target: { type, id: '', name } }) as Parameters<typeof titleOf>[0];

/** Every route of the contract that a person may have to approve, by the name that requests carry. */
function approvedRoutes(): string[] {
  const found: string[] = [];
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const definition = (part as { '~orpc'?: { meta?: object; route?: { method: string; path: string } } })[
      '~orpc'
    ];
    if (definition === undefined) for (const inner of Object.values(part)) walk(inner);
    else if (definition.meta && 'approval' in definition.meta && definition.route) {
      found.push(`${definition.route.method} ${definition.route.path}`);
    }
  };
  walk(contract);
  for (const { method, path, meta } of Object.values(rawRoutes)) {
    if ('approval' in meta) found.push(`${method} ${path}`);
  }
  return found;
}

test('each route that may have to be approved is told in words of its own', () => {
  const routes = approvedRoutes();
  expect(routes.length).toBeGreaterThan(8);
  const source = readFileSync(new URL('./words.ts', import.meta.url), 'utf8');
  expect(routes.filter((route) => !source.includes(`'${route}': {`))).toEqual([]);
  for (const route of routes) expect(outcomeOf(asked(route))).not.toBe('');
});

test('a route that came later is told by its class', () => {
  for (const kind of approvalClasses) {
    expect(titleOf({ ...asked('POST /new'), class: kind })).toContain('ada/web');
  }
});

test('a title names its object, and nothing in the name hides', () => {
  expect(titleOf(asked('POST /workspaces/{workspace}/builds'))).toBe('Delete the workspace ada/web');
  expect(titleOf(asked('DELETE /templates/{template}', 'no\u202ede'))).toBe(
    'Delete the template no[U+202E]de',
  );
  const version = 'POST /organizations/{organization}/templateversions';
  expect(titleOf(asked(version, 'node', 'template'))).toBe('Add a version of the template node');
});

test('arguments are shown whole, what is done first', () => {
  expect(orderedArguments({ directory: '~', env: { A: '1' }, command: 'id' }).map(([name]) => name)).toEqual([
    'command',
    'directory',
    'env',
  ]);
  expect(shownArgument('a\nb')).toBe('a\nb');
  expect(shownArgument(['bash', '-c', 'id'])).toBe('[\n  "bash",\n  "-c",\n  "id"\n]');
  expect(shownArgument(3)).toBe('3');
  expect(shownArgument(null)).toBe('null');
});

test('only what fits on a line stands on one', () => {
  expect(['60000', 'kill', '{}', ''].map(isShort)).toEqual([true, true, true, true]);
  expect(['a\nb', 'x'.repeat(61)].map(isShort)).toEqual([false, false]);
});

test('every status has words, and two may still change', () => {
  expect(Object.keys(statuses)).toEqual([...approvalStatuses]);
  expect(approvalStatuses.filter(isOpen)).toEqual(['pending', 'approved']);
});
