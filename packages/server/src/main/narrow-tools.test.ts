import { findTool, tools, toolsets } from '@coder/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callMcp, type ToolAnswer } from './testing/mcp-calls.ts';
import { leaks, words } from './testing/narrow-calls.ts';
import { lookScopes } from './testing/narrow-routes/index.ts';
import { type ToolRow, toolRows } from './testing/narrow-tools.ts';
import { createNarrowWorld, type NarrowWorld, type Place } from './testing/narrow-world.ts';

/** The same tokens as over the routes, over every tool, by MCP's HTTP. */
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

const rows = Object.entries(toolRows);
const rpc = (title: string, method: string, params: object, query = '') =>
  callMcp(`${world.mcpUrl}${query}`, tokens[title] ?? '', method, params);
const listed = async (title: string, toolset: string) => {
  const { result } = await rpc(title, 'tools/list', {}, `?toolset=${toolset}`);
  return (result as { tools: { name: string }[] }).tools.map(({ name }) => name);
};
const referenceTo = (place: Place, by: keyof Place | 'path') =>
  by === 'path' ? `${place.owner}/${place.name}` : place[by];

it('has a row for every tool', () => {
  expect(Object.keys(toolRows).toSorted()).toEqual(tools.map(({ name }) => name).toSorted());
});

describe.each([
  ['application that may look', 'look', true],
  ['API token that may look', 'look', false],
  ['application with every scope', 'whole', true],
  ['API token with every scope', 'whole', false],
] as const)('an %s', (title, kind, isApplication) => {
  if (kind === 'whole') afterAll(() => world.reopen());

  it('is shown just what it may use', async () => {
    for (const toolset of toolsets) {
      const expected = tools
        .filter(({ name, toolsets: its }) => its.includes(toolset) && isUsable(name))
        .map(({ name }) => name);
      expect(await listed(title, toolset)).toEqual(expected);
    }
  });

  const isUsable = (name: string) => kind === 'whole' || toolRows[name]?.look === 'ok';

  it.each(rows)('%s', async (name, row) => {
    const query = `?toolset=${findTool(name)?.toolsets[0]}`;
    const call = async (args: object) => {
      const answer = await rpc(title, 'tools/call', { name, arguments: args }, query);
      expect(leaks(answer, world.secrets)).toEqual([]);
      return answer;
    };
    const expectRefusal = (answer: ToolAnswer) => {
      // An application can ask its user for more; whoever made a token reads why.
      expect(answer.kind).toBe(isApplication ? 'scope' : 'error');
      if (!isApplication) expect(answer.text).toContain('lacks the scope');
    };
    const calls = callsOf(row);
    for (const { args, hidden } of calls) {
      const answer = await call(args);
      if (!isUsable(name)) expectRefusal(answer);
      else if (hidden) {
        expect(answer.kind, answer.text).toBe('error');
        const nothing = await call(hidden.args);
        expect(words(answer, hidden.named)).toBe(words(nothing, hidden.nowhere));
      } else if (kind === 'whole' && row.whole === 'refused') {
        expect(answer.kind, answer.text).toBe('error');
        expect(answer.text).toContain('allow list');
      } else expect(answer.kind, answer.text).toBe('ok');
    }
  });

  it('reads the resources of its workspace, and of no other', async () => {
    const list = await rpc(title, 'resources/read', { uri: 'coder://workspaces' });
    expect(list.kind).toBe('ok');
    expect(list.text).toContain(world.a.workspace);
    expect(leaks(list, world.secrets)).toEqual([]);
    const read = (place: Place) =>
      rpc(title, 'resources/read', { uri: `workspace://${place.owner}/${place.name}` });
    expect((await read(world.a)).text).toContain(world.a.workspace);
    const nowhere = world.nowhere();
    const nothing = words(await read(nowhere), nowhere);
    for (const place of [world.b, world.c]) expect(words(await read(place), place)).toBe(nothing);
  });

  it('reaches no other workspace by the REST calls beside MCP', async () => {
    const headers = { authorization: `Bearer ${tokens[title]}`, 'content-type': 'application/json' };
    const list = await (await fetch(`${world.mcpUrl}/workspaces?q=`, { headers })).json();
    expect(list).toMatchObject({ count: 1, workspaces: [{ id: world.a.workspace }] });
    const execute = async (reference: string) => {
      const body = JSON.stringify({ command: 'cat notes.txt' });
      const address = `${world.mcpUrl}/workspaces/${reference}/execute`;
      const response = await fetch(address, { method: 'POST', headers, body });
      return { status: response.status, text: await response.text() };
    };
    for (const by of ['path', 'workspace'] as const) {
      for (const place of [world.b, world.c]) {
        const nowhere = world.nowhere(place.owner);
        const nothing = await execute(referenceTo(nowhere, by));
        const { status, text } = await execute(referenceTo(place, by));
        expect(status).toBe(kind === 'whole' ? 404 : 403);
        expect(text.replace(referenceTo(place, by), '…')).toBe(
          nothing.text.replace(referenceTo(nowhere, by), '…'),
        );
      }
    }
  });
});

type Call = { args: object; hidden?: { args: object; named: object; nowhere: object } };

/** At `a`, whose tokens these are, and everywhere else beside nowhere. */
function callsOf(row: ToolRow): Call[] {
  if ('with' in row) return [{ args: row.with(world) }];
  return (row.by ?? ['path']).flatMap((by): Call[] => {
    const to = (place: Place) => row.at(referenceTo(place, by), place);
    return [
      ...[world.b, world.c].map((place) => {
        const nowhere = world.nowhere(place.owner);
        return { args: to(place), hidden: { args: to(nowhere), named: place, nowhere } };
      }),
      { args: to(world.a) },
    ];
  });
}
