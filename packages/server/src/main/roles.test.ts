import { type RouteMeta, rawRoutes } from '@coder/api';
import { findTool, tools } from '@coder/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callMcp, type ToolAnswer } from './testing/mcp-calls.ts';
import { type Answer, callRoute, contractRoutes } from './testing/narrow-calls.ts';
import { callRaw } from './testing/narrow-raw-calls.ts';
import { type RawRouteName, rawRows } from './testing/narrow-raw-routes.ts';
import { routeRows } from './testing/narrow-routes/index.ts';
import { toolRows } from './testing/narrow-tools.ts';
import { roleRawRows } from './testing/role-raw-routes.ts';
import { roleRows } from './testing/role-routes/index.ts';
import { roleToolRows, type ToolOutcome } from './testing/role-tools.ts';
import { type Caller, callers, createRoleWorld, type RoleWorld } from './testing/role-world.ts';

/** Every route and every tool, by every role, and by whom a workspace is shared with. */
let world: RoleWorld;
beforeAll(async () => {
  world = await createRoleWorld();
}, 120_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);

const rawNames = Object.keys(rawRoutes) as RawRouteName[];

it('has a row for every route, raw route and tool, and none for what is none', () => {
  expect(Object.keys(roleRows).toSorted()).toEqual(contractRoutes.map(([name]) => name).toSorted());
  expect(Object.keys(roleRawRows).toSorted()).toEqual(rawNames.toSorted());
  expect(Object.keys(roleToolRows).toSorted()).toEqual(tools.map(({ name }) => name).toSorted());
});

/** What a route is called with: its own row's, else the narrow tokens' row's, on somebody else's things. */
function inputOf(name: string, caller: Caller): object | Promise<object> {
  return roleRows[name]?.with?.(world, caller) ?? narrowInputOf(name);
}

function narrowInputOf(name: string): object {
  const row = routeRows[name];
  if (!row) throw new Error(`${name}: the narrow tokens have no row for it; say what it is called with`);
  const { narrow, place } = world;
  if ('at' in row) return row.at(place, narrow);
  if ('of' in row) return row.of('victim', narrow);
  return typeof row.with === 'function' ? row.with(narrow) : row.with;
}

function expectShown(
  shows: { text: (world: RoleWorld) => string; to: readonly Caller[] } | undefined,
  caller: Caller,
  answer: Answer,
): void {
  if (!shows || answer.status >= 400) return;
  expect(answer.text.includes(shows.text(world)), answer.text).toBe(shows.to.includes(caller));
}

describe.each(callers)('as %s', (caller) => {
  const token = () => world.tokens[caller];

  it.each(Object.entries(roleRows))('%s', async (name, { answers, shows, after, endsSession }) => {
    const input = await inputOf(name, caller);
    const answer = await callRoute(
      world.narrow.url,
      endsSession ? await world.session(caller) : token(),
      name,
      input,
    );
    await after?.(world);
    expect(answer).toMatchObject({ outcome: answers[caller] });
    expectShown(shows, caller, answer);
  });

  it.each(rawNames)('raw %s', async (name) => {
    const row = rawRows[name];
    const call = 'at' in row ? row.at(world.place) : row.with(world.narrow);
    const answer = await callRaw(world.narrow.url, token(), rawRoutes[name], call);
    expect(answer).toMatchObject({ outcome: roleRawRows[name][caller] });
  });

  it.each(Object.entries(roleToolRows))('tool %s', async (name, row) => {
    const address = `${world.narrow.mcpUrl}?toolset=${findTool(name)?.toolsets[0]}`;
    const args = row.with?.(world) ?? argumentsOf(name);
    const answer = await callMcp(address, token(), 'tools/call', { name, arguments: args });
    expect({ outcome: outcomeOf(answer), text: answer.text }).toMatchObject({
      outcome: row.answers[caller],
    });
    if (answer.kind === 'ok') expectShown(row.shows, caller, answer);
  });
});

function argumentsOf(name: string): object {
  const row = toolRows[name];
  if (!row) throw new Error(`${name}: the narrow tokens have no row for it; say what it is called with`);
  const { narrow, place } = world;
  if ('with' in row) return row.with(narrow);
  const [by = 'path'] = row.by ?? [];
  return row.at(by === 'path' ? `${place.owner}/${place.name}` : place[by], place);
}

const refusals =
  /"text":"(?:You may not |No (?:workspace|template) |There is no (?:agent|build) |Resource not found )/;

function outcomeOf({ kind, text }: ToolAnswer): ToolOutcome | string {
  if (kind !== 'error') return kind;
  return refusals.test(text) ? 'refused' : 'invalid';
}

describe.each(['nobody', 'suspended'] as const)('as %s', (caller) => {
  const token = () => (caller === 'nobody' ? '' : world.tokens.suspended);
  const asksWho = ({ auth }: RouteMeta) => auth !== 'none';

  it('no route answers that asks who calls', async () => {
    for (const [name, meta] of contractRoutes) {
      if (!asksWho(meta)) continue;
      const answer = await callRoute(world.narrow.url, token(), name, narrowInputOf(name));
      expect(answer, name).toMatchObject({ outcome: 'UNAUTHENTICATED' });
    }
    for (const name of rawNames) {
      const route = rawRoutes[name];
      if (!asksWho(route.meta)) continue;
      const row = rawRows[name];
      const call = 'at' in row ? row.at(world.place) : row.with(world.narrow);
      const answer = await callRaw(world.narrow.url, token(), route, call);
      expect(answer, name).toMatchObject({ outcome: 'UNAUTHENTICATED' });
    }
  });

  it('no tool is listed or called', async () => {
    const list = await callMcp(world.narrow.mcpUrl, token(), 'tools/list', {});
    expect(list.status).toBe(401);
    const call = { name: 'coder_list_workspaces', arguments: {} };
    expect((await callMcp(world.narrow.mcpUrl, token(), 'tools/call', call)).status).toBe(401);
  });
});
