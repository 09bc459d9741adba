import { expandScopes } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, callRoute, contractRoutes, leaks, words } from './testing/narrow-calls.ts';
import { lookScopes, type RouteRow, routeRows } from './testing/narrow-routes/index.ts';
import { createNarrowWorld, type NarrowWorld, type Place } from './testing/narrow-world.ts';

/**
 * A token that may look at one workspace, and one that may do everything in one workspace, walked over every route of the
 * contract.
 */
let world: NarrowWorld;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  world = await createNarrowWorld();
  const only = [`workspace:${world.a.workspace}`];
  tokens['application that may look'] = await world.grant(['look'], [world.a]);
  tokens['API token that may look'] = await world.apiToken(lookScopes, only);
  tokens['application with every scope'] = await world.grant(['everything'], [world.a]);
  tokens['API token with every scope'] = await world.apiToken(['coder:all'], only);
}, 120_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);

const call = (token: string, name: string, input: object) => callRoute(world.url, token, name, input);
const ordered = Object.entries(routeRows);
const metaOf = new Map(contractRoutes);
const withInput = (row: RouteRow) =>
  'with' in row ? (typeof row.with === 'function' ? row.with(world) : row.with) : {};

it('has a row for every route, and none for what is no route', () => {
  expect(Object.keys(routeRows).toSorted()).toEqual(contractRoutes.map(([name]) => name).toSorted());
});

const kinds = [
  ['application that may look', 'look'],
  ['API token that may look', 'look'],
  ['application with every scope', 'whole'],
  ['API token with every scope', 'whole'],
] as const;

describe.each(kinds)('an %s', (title, kind) => {
  if (kind === 'whole') afterAll(() => world.reopen());

  it.each(ordered)('%s', async (name, row) => {
    const token = tokens[title] ?? '';
    const answers: Answer[] = [];
    const ask = async (input: object) => {
      const answer = await call(token, name, input);
      answers.push(answer);
      return answer;
    };
    if ('at' in row) {
      const nowhere = world.nowhere();
      const none = await ask(row.at(nowhere, world));
      for (const place of [world.b, world.c]) {
        const hidden = await ask(row.at(place, world));
        expect(hidden.outcome, place.name).toBe(
          isAdmitted(name, kind) ? (row.elsewhere ?? 'NOT_FOUND') : 'INSUFFICIENT_SCOPE',
        );
        expect(words(hidden, place)).toBe(words(none, nowhere));
      }
      expect(await ask(row.at(world.a, world))).toMatchObject({ outcome: row[kind] });
    } else if ('of' in row) {
      const none = await ask(row.of('no-such-user', world));
      const other = await ask(row.of('bob', world));
      expect(other.outcome).not.toBe('ok');
      expect(words(other, { user: 'bob' })).toBe(words(none, { user: 'no-such-user' }));
      expect(await ask(row.of('ada', world))).toMatchObject({ outcome: row[kind] });
    } else {
      expect(await ask(withInput(row))).toMatchObject({ outcome: row[kind] });
    }
    for (const answer of answers) expect(leaks(answer, world.secrets)).toEqual([]);
  });
});

/** Whether a token passes the check of its scopes, after which only what it reaches can be in the way. */
function isAdmitted(name: string, kind: 'look' | 'whole'): boolean {
  const permission = metaOf.get(name)?.permission;
  if (kind === 'whole' || permission === undefined || permission === 'signed-in') return true;
  const permissions = expandScopes(lookScopes);
  return permissions === 'all' || permissions.has(permission);
}

it('leaves the other workspaces as they were', async () => {
  for (const [{ workspace, agent, process, name }, { client }] of [
    [world.b, world.owner],
    [world.c, world.member],
  ] as const) {
    expect(await client.workspaces.builds({ workspace })).toHaveLength(1);
    expect(await client.workspaces.get({ workspace })).toMatchObject({ name, favorite: false });
    const { processes } = await client.processes.list({ agent });
    expect(processes.find(({ id }) => id === process)).toMatchObject({ state: 'running' });
    expect(processes.map(({ id }) => id)).not.toContain('started');
    const { entries } = await client.files.list({ agent, path: '~' });
    expect(entries.map((entry) => entry.name)).toContain('notes.txt');
    expect(entries.map((entry) => entry.name)).not.toContain('written.txt');
  }
});

describe('the session of another member', () => {
  it.each(ordered)('%s', async (name, row) => {
    const { token } = world.member;
    if (name === 'users.logout') return;
    const hidden: Place[] = [world.a, world.b];
    if ('at' in row) {
      for (const place of hidden) {
        const answer = await call(token, name, row.at(place, world));
        expect(answer.outcome).toBe(row.member);
      }
      return;
    }
    const answer = await call(token, name, 'of' in row ? row.of('bob', world) : withInput(row));
    expect(answer).toMatchObject({ outcome: row.member });
    expect(leaks(answer, [world.a.workspace, world.b.workspace, world.b.name])).toEqual([]);
  });
});
