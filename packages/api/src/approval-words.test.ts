import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { approvalOutcome, approvalTitle, orderedArguments, shownArgument } from './approval-words.ts';
import { contract } from './contract.ts';
import { rawRoutes } from './routes/raw.ts';
import { approvalClasses } from './schemas/approvals.ts';

const asked = (route: string, name = 'ada/web', type = 'workspace') =>
  ({ class: 'commands', route, target: { type, id: '', name } }) as Parameters<typeof approvalTitle>[0];

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
  const source = readFileSync(new URL('./approval-words.ts', import.meta.url), 'utf8');
  expect(routes.filter((route) => !source.includes(`'${route}': {`))).toEqual([]);
  for (const route of routes) expect(approvalOutcome(asked(route))).not.toBe('');
});

test('a route that came later is told by its class', () => {
  for (const kind of approvalClasses) {
    expect(approvalTitle({ ...asked('POST /new'), class: kind })).toContain('ada/web');
  }
});

test('a title names its object, and nothing in the name hides', () => {
  expect(approvalTitle(asked('POST /workspaces/{workspace}/builds'))).toBe('Delete the workspace ada/web');
  expect(approvalTitle(asked('DELETE /templates/{template}', 'no\u202ede'))).toBe(
    'Delete the template no[U+202E]de',
  );
  const version = 'POST /organizations/{organization}/templateversions';
  expect(approvalTitle(asked(version, 'node', 'template'))).toBe('Add a version of the template node');
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
