import type { ErrorCode } from '@coder/api';
import type { NarrowWorld, Place } from '../narrow-world.ts';

/** How a call ends: in an answer, or in an error of the registry. */
export type Outcome = 'ok' | ErrorCode;

/**
 * What must happen to a route of the contract.
 * - `look`: for a token that may look, and only at workspace `a`.
 * - `whole`: for a token with every scope of its user, but whose allow list names only `a`.
 * - `member`: for the session of a member without a role who has nothing to do with `a`.
 *
 * A row says what the route is called with. `at` is for what concerns one workspace: the outcomes are those at `a`, and
 * everywhere else there must be nothing, in the same words as about an id that nothing has. `of` is for what concerns one
 * user, in the same way: the outcomes are those of the caller. `with` is for everything else.
 */
export type RouteRow = { look: Outcome; whole: Outcome; member: Outcome } & (
  | {
      at: (place: Place, world: NarrowWorld) => object;
      /** What the same words are, where they are not NOT_FOUND: an empty list. */
      elsewhere?: Outcome;
    }
  | { of: (user: string, world: NarrowWorld) => object }
  | { with: ((world: NarrowWorld) => object) | object }
);

/** What "look" stands for, as an API token asks for it. */
export const lookScopes = ['workspace:read', 'template:read', 'file:read', 'user:read', 'organization:read'];

export const free = { look: 'ok', whole: 'ok', member: 'ok' } as const;
/** Reading of a workspace. */
export const seen = { look: 'ok', whole: 'ok', member: 'NOT_FOUND' } as const;
/** Change of a workspace, or anything inside it. */
export const kept = { look: 'INSUFFICIENT_SCOPE', whole: 'ok', member: 'NOT_FOUND' } as const;
/** What an allow list of workspaces leaves nothing of. */
export const shut = { look: 'INSUFFICIENT_SCOPE', whole: 'INSUFFICIENT_SCOPE', member: 'FORBIDDEN' } as const;
/** What takes a person, and no token. */
export const decided = { look: 'SESSION_REQUIRED', whole: 'SESSION_REQUIRED', member: 'ok' } as const;
/** What nobody may do to themselves. */
export const self = { look: 'INSUFFICIENT_SCOPE', whole: 'FORBIDDEN', member: 'FORBIDDEN' } as const;
/** What members of an organization see of it; no scope that can be asked for by itself carries it. */
export const listed = { look: 'INSUFFICIENT_SCOPE', whole: 'ok', member: 'ok' } as const;
/** What belongs to an account, which a session of its own may read and change. */
export const account = { look: 'INSUFFICIENT_SCOPE', whole: 'INSUFFICIENT_SCOPE', member: 'ok' } as const;

export const workspace = { at: ({ workspace: id }: Place) => ({ workspace: id }) };
export const build = { at: ({ build: id }: Place) => ({ build: id }) };
export const agent = { at: ({ agent: id }: Place) => ({ agent: id }) };
export const inAgent = (fields: object) => ({ at: ({ agent: id }: Place) => ({ agent: id, ...fields }) });
export const process = (fields: object = {}) => ({
  at: ({ agent: id, process }: Place) => ({ agent: id, process, ...fields }),
});
export const notes = { path: '~/notes.txt' };
export const template = (fields: object = {}) => ({
  with: (world: NarrowWorld) => ({ template: world.template.id, ...fields }),
});
export const version = (fields: object = {}) => ({
  with: (world: NarrowWorld) => ({ version: world.template.version, ...fields }),
});
export const user = (fields: object = {}) => ({ of: (ref: string) => ({ user: ref, ...fields }) });
export const organization = (fields: object = {}) => ({
  with: ({ organization: id }: NarrowWorld) => ({ organization: id, ...fields }),
});
export const member = (fields: object = {}) => ({
  of: (ref: string, { organization: id }: NarrowWorld) => ({ user: ref, organization: id, ...fields }),
});
/** The group of all members has the id of its organization. */
export const everyone = (fields: object = {}) => ({
  with: ({ organization: id }: NarrowWorld) => ({ group: id, ...fields }),
});
export const absent = '00000000-0000-4000-8000-000000000000';
const midnight = (daysAgo: number) =>
  `${new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
export const today = { start_time: midnight(1), end_time: midnight(0) };
export const noApp = { with: { app: absent } };
export const noDryRun = version({ job: absent });
export const firstVersion = {
  with: ({ organization, template: { name } }: NarrowWorld) => ({ organization, name, version: 'one' }),
};
export const nothing = { look: 'NOT_FOUND', whole: 'NOT_FOUND', member: 'NOT_FOUND' } as const;
