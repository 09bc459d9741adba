import { type AuthorizationObject, isUuid, type ResourceType, resourceActions } from '@coder/api';
import { sql } from 'kysely';
import { type Actor, can } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';

type Check = { readonly object: AuthorizationObject; readonly action: string };
type Place = { owner_id?: string; organization_id?: string };

/** Where things lie that are asked about by their ids. What is not here says by itself where it lies. */
const places: Partial<Record<string, string>> = {
  workspace: 'select id, owner_id, organization_id from workspaces where not deleted',
  template: 'select id, organization_id from templates where not deleted',
  group: 'select id, organization_id from groups',
};

/**
 * Answers for each check whether the actor may do this. Of what there is not, and of what this deployment does not know, the
 * answer is no, as of what the actor may not see.
 */
export async function checkAuthorization(
  db: Db,
  actor: Actor,
  checks: Readonly<Record<string, Check>>,
): Promise<Record<string, boolean>> {
  const found = await findPlaces(db, Object.values(checks));
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [name, isAllowed(actor, check, found)]),
  );
}

async function findPlaces(db: Db, checks: readonly Check[]): Promise<ReadonlyMap<string, Place>> {
  const found = new Map<string, Place>();
  for (const [type, select] of Object.entries(places)) {
    const ids = checks.flatMap(({ object: { resource_type: asked, resource_id: id } }) =>
      asked === type && id !== undefined && isUuid(id) ? [id] : [],
    );
    if (ids.length === 0) continue;
    const { rows } = await sql<Place & { id: string }>`
      select * from (${sql.raw(select ?? '')}) places where id = any(${ids}::uuid[])`.execute(db);
    for (const { id, ...place } of rows) found.set(`${type}:${id}`, place);
  }
  return found;
}

function isAllowed(actor: Actor, { object, action }: Check, found: ReadonlyMap<string, Place>): boolean {
  const type = object.resource_type as ResourceType;
  const actions: readonly string[] | undefined = Object.hasOwn(resourceActions, type)
    ? resourceActions[type]
    : undefined;
  if (!actions?.includes(action)) return false;
  const { resource_id: id, owner_id: owner, organization_id: organization, any_org: anywhere } = object;
  const may = (more: { id?: string; ownerId?: string; organizationId?: string }) =>
    can(actor, action as never, { type, ...more } as never);
  if (id !== undefined && id !== '') {
    if (!(type in places)) return may({ id: id.toLowerCase(), ...withOwner(actor, owner, organization) });
    const place = found.get(`${type}:${id.toLowerCase()}`);
    return (
      place !== undefined &&
      may({
        id: id.toLowerCase(),
        ...(place.owner_id === undefined ? {} : { ownerId: place.owner_id }),
        ...(place.organization_id === undefined ? {} : { organizationId: place.organization_id }),
      })
    );
  }
  if (!anywhere) return may(withOwner(actor, owner, organization));
  return [undefined, ...actor.organizations.keys()].some((each) => may(withOwner(actor, owner, each)));
}

function withOwner(actor: Actor, owner: string | undefined, organization: string | undefined) {
  return {
    ...(owner ? { ownerId: owner === 'me' ? actor.user.id : owner.toLowerCase() } : {}),
    ...(organization ? { organizationId: organization.toLowerCase() } : {}),
  };
}
