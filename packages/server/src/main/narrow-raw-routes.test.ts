import { expandScopes, type RawRoute, rawRoutes } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, leaks, words } from './testing/narrow-calls.ts';
import { callRaw } from './testing/narrow-raw-calls.ts';
import { type RawCall, type RawRouteName, rawRows } from './testing/narrow-raw-routes.ts';
import { lookScopes } from './testing/narrow-routes/index.ts';
import { createNarrowWorld, type NarrowWorld } from './testing/narrow-world.ts';

/** The same tokens as over the contract, over every stream, WebSocket and proxy. */
let world: NarrowWorld;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  world = await createNarrowWorld();
  tokens.look = await world.grant(['look'], [world.a]);
  tokens.whole = await world.grant(['everything'], [world.a]);
}, 120_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);

const rows = Object.entries(rawRows) as [RawRouteName, (typeof rawRows)[RawRouteName]][];
const call = (token: string, name: RawRouteName, input: RawCall) =>
  callRaw(world.url, token, rawRoutes[name], input);

it('has a row for every raw route', () => {
  expect(Object.keys(rawRows).toSorted()).toEqual(Object.keys(rawRoutes).toSorted());
});

describe.each(['look', 'whole'] as const)('a token with the scopes to %s', (kind) => {
  it.each(rows)('%s', async (name, row) => {
    const token = tokens[kind] ?? '';
    const answers: Answer[] = [];
    const ask = async (input: RawCall) => {
      const answer = await call(token, name, input);
      answers.push(answer);
      return answer;
    };
    if ('at' in row) {
      const nowhere = world.nowhere();
      const none = await ask(row.at(nowhere));
      for (const place of [world.b, world.c]) {
        const hidden = await ask(row.at(place));
        expect(hidden.outcome).toBe(isAdmitted(name, kind) ? 'NOT_FOUND' : 'INSUFFICIENT_SCOPE');
        expect(words(hidden, place)).toBe(words(none, nowhere));
      }
    }
    expect(await ask('at' in row ? row.at(world.a) : row.with(world))).toMatchObject({ outcome: row[kind] });
    for (const answer of answers) expect(leaks(answer, world.secrets)).toEqual([]);
  });
});

function isAdmitted(name: RawRouteName, kind: 'look' | 'whole'): boolean {
  const { meta }: RawRoute = rawRoutes[name];
  const permissions = expandScopes(kind === 'whole' ? ['coder:all'] : lookScopes);
  return permissions === 'all' || permissions.has(meta.permission as never);
}

describe('the session of another member', () => {
  it.each(rows)('%s', async (name, row) => {
    const { token } = world.member;
    const input = 'at' in row ? row.at(world.a) : row.with(world);
    expect(await call(token, name, input)).toMatchObject({ outcome: row.member });
  });
});
