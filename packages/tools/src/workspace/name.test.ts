import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWorkspaceName } from './name.ts';

const name = (owner: string, workspace: string, agent?: string) => ({
  kind: 'name',
  owner,
  name: workspace,
  ...(agent === undefined ? {} : { agent }),
});
const uuid = '6f1c6c0e-1f5e-4a52-9d8d-3f2f3c1c9a01';

describe('parseWorkspaceName', () => {
  it.each([
    ['web', name('me', 'web')],
    [' web ', name('me', 'web')],
    ['web.main', name('me', 'web', 'main')],
    ['ada/web', name('ada', 'web')],
    ['ada--web', name('ada', 'web')],
    ['ada/web.main', name('ada', 'web', 'main')],
    ['ada--web.main', name('ada', 'web', 'main')],
    ['main.web.ada', name('ada', 'web', 'main')],
    [uuid, { kind: 'id', id: uuid }],
    [uuid.toUpperCase(), { kind: 'id', id: uuid }],
    [`${uuid}.main`, { kind: 'id', id: uuid, agent: 'main' }],
  ])('reads %s', (input, expected) => {
    expect(parseWorkspaceName(input)).toEqual(expected);
  });

  it.each(['', ' ', '/', 'ada/', '/web', 'a/b/c', 'web.', 'a.b.c.d', 'ada/web.a.b'])(
    'refuses %j',
    (input) => {
      expect(() => parseWorkspaceName(input)).toThrow(/workspace name/i);
    },
  );

  it('reads back every name it may have been written from', () => {
    const part = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/, { maxLength: 12 }).filter((s) => s.length > 0);
    fc.assert(
      fc.property(part, part, part, fc.constantFrom('/', '--'), (owner, workspace, agent, separator) => {
        expect(parseWorkspaceName(`${owner}${separator}${workspace}.${agent}`)).toEqual(
          name(owner, workspace, agent),
        );
        expect(parseWorkspaceName(`${agent}.${workspace}.${owner}`)).toEqual(name(owner, workspace, agent));
      }),
    );
  });
});
