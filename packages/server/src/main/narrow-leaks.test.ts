import type { ApiClient } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callRoute, contractRoutes, words } from './testing/narrow-calls.ts';
import { routeRows } from './testing/narrow-routes/index.ts';
import {
  createNarrowWorld,
  idempotencyKeyOf,
  type NarrowWorld,
  type Place,
  workspaceRequest,
} from './testing/narrow-world.ts';

/** What a token for one workspace could learn of others beside asking for them: from counts, pages, searches and keys. */
let world: NarrowWorld;
let narrow: ApiClient;
let narrowToken: string;
let whole: ApiClient;

beforeAll(async () => {
  world = await createNarrowWorld();
  narrowToken = await world.grant(['everything'], [world.a]);
  narrow = world.client(narrowToken);
  whole = world.owner.client;
}, 120_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);

/** How a call fails, without what differs from request to request. */
const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    ({ status, message, detail, validations }) => ({ status, message, detail, validations }),
  );

describe('a list', () => {
  it.each([
    '',
    'owner:me',
    'owner:bob',
    'name:hidden',
    'template:shell',
    'status:running',
    'healthy:true',
    'hidden',
  ])('with q=%s holds and counts only what the token reaches', async (q) => {
    const { workspaces, count } = await narrow.workspaces.list({ q });
    const own = workspaces.map(({ id }) => id);
    const expected = /bob|hidden/.test(q) ? [] : [world.a.workspace];
    expect([own, count]).toEqual([expected, expected.length]);
    const { workspaces: measured } = await narrow.workspaces.metrics({ q });
    expect(measured.map(({ workspace_id: id }) => id)).toEqual(expected);
  });

  it('cannot be begun behind what the token does not reach', async () => {
    expect((await whole.workspaces.list({ after_id: world.a.workspace })).workspaces).toHaveLength(2);
    const unknown = await failure(narrow.workspaces.list({ after_id: crypto.randomUUID() }));
    for (const { workspace } of [world.b, world.c]) {
      expect(await failure(narrow.workspaces.list({ after_id: workspace }))).toEqual(unknown);
    }
    const builds = (after_id: string) => narrow.workspaces.builds({ workspace: world.a.workspace, after_id });
    expect(await builds(world.b.build)).toEqual(await builds(crypto.randomUUID()));
    const users = (after_id: string) => failure(narrow.users.list({ after_id }));
    const nobody = crypto.randomUUID();
    expect(JSON.stringify(await users(world.member.id)).replace(world.member.id, nobody)).toBe(
      JSON.stringify(await users(nobody)),
    );
  });
});

it('copies nothing out of what the token does not reach', async () => {
  const copy = (from_agent: string) =>
    narrow.files.copy({
      agent: world.a.agent,
      path: '~/taken.txt',
      from_agent,
      from_path: '~/notes.txt',
    });
  const unknown = await failure(copy(crypto.randomUUID()));
  expect(unknown).toMatchObject({ status: 404 });
  for (const { agent } of [world.b, world.c]) expect(await failure(copy(agent))).toEqual(unknown);
});

describe('an idempotency key', () => {
  it('of another token gives neither what it made nor a word about it', async () => {
    const template = world.template.id;
    const made = workspaceRequest(world.b.name, template);
    const create = (client: ApiClient, idempotencyKey: string, request = made) =>
      client.workspaces.create(request, { context: { idempotencyKey } });
    const used = idempotencyKeyOf(world.b.name);
    expect((await create(whole, used)).id).toBe(world.b.workspace);
    expect(await failure(create(narrow, used))).toEqual(await failure(create(narrow, 'a-new-key')));

    const { tokens } = await world.connect({
      scope: 'coder:all',
      decision: { capabilities: ['look', 'operate'], workspaces: { kind: 'created' } },
    });
    const creator = world.client(tokens.access_token);
    const wrong = { ...made, name: 'other', template_id: crypto.randomUUID() };
    expect(await failure(create(creator, used, wrong))).toEqual(
      await failure(create(creator, 'a-new-key', wrong)),
    );
  });

  it('gives what it made only to who may still make it', async () => {
    const request = { ...workspaceRequest(world.c.name, world.template.id), user: 'bob' };
    const again = world.owner.client.workspaces.create(request, {
      context: { idempotencyKey: idempotencyKeyOf(world.c.name) },
    });
    // The key is bob's: the owner's own request is a new one, for a name that is taken.
    expect(await failure(again)).toMatchObject({ status: 409 });
  });
});

describe('a request for approval', () => {
  const held = contractRoutes.filter(([, meta]) => meta.approval !== undefined);
  it('is not asked for about what the token does not reach', async () => {
    await whole.approvals.updateUserPolicy({ user: 'me', classes: ['delete', 'commands', 'templates'] });
    try {
      let asked = 0;
      for (const [name] of held) {
        const row = routeRows[name];
        if (!row || !('at' in row)) continue;
        const call = (place: Place) => callRoute(world.url, narrowToken, name, row.at(place, world));
        asked += 1;
        const nowhere = world.nowhere();
        const nothing = words(await call(nowhere), nowhere);
        for (const place of [world.b, world.c]) {
          const answer = await call(place);
          expect(answer.outcome).toBe('NOT_FOUND');
          expect(words(answer, place)).toBe(nothing);
        }
      }
      expect(asked).toBeGreaterThan(1);
      expect((await whole.approvals.list({})).approvals).toEqual([]);
    } finally {
      await whole.approvals.updateUserPolicy({ user: 'me', classes: [] });
    }
  });

  it('about another workspace is not there for the token', async () => {
    await whole.approvals.updateUserPolicy({ user: 'me', classes: ['delete'] });
    try {
      const program = world.client(await world.apiToken(['coder:all'], ['*:*']));
      const asked = await program.workspaces
        .createBuild({ workspace: world.b.workspace, transition: 'delete' })
        .catch((error) => error);
      expect(asked).toMatchObject({ code: 'APPROVAL_REQUIRED' });
      const { approvals } = await whole.approvals.list({});
      const [request = { id: '', target: {} }] = approvals;
      expect(request).toMatchObject({ target: { id: world.b.workspace } });
      expect(await narrow.approvals.list({})).toEqual({ approvals: [], count: 0 });
      expect(await failure(narrow.approvals.get({ approval: request.id }))).toEqual(
        await failure(narrow.approvals.get({ approval: crypto.randomUUID() })),
      );
      // Its own it may look at, but not decide.
      await narrow.workspaces
        .createBuild({ workspace: world.a.workspace, transition: 'delete' })
        .catch(() => undefined);
      const own = await narrow.approvals.list({});
      expect(own).toMatchObject({ count: 1, approvals: [{ target: { id: world.a.workspace } }] });
      expect(await failure(narrow.approvals.approve({ approval: own.approvals[0]?.id ?? '' }))).toMatchObject(
        {
          status: 403,
        },
      );
    } finally {
      await whole.approvals.updateUserPolicy({ user: 'me', classes: [] });
    }
  });
});
