import type { Permission, ResourceType } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type { Actor } from './actor.ts';
import { allowedIds, allowListAdmits } from './allow-list.ts';
import { tokenCarries } from './authorize.ts';
import { grantOf } from './grants.ts';

/**
 * Which resources of a type an actor may read, as a filter for a list query: those that (`all`, or belong to `ownerId`, or
 * belong to `ownerId` and lie in `ownedIn`, or lie in `organizationIds`, or are among `shared`) and are named in `ids` if that is
 * given.
 */
export type Visibility = {
  readonly all: boolean;
  /** The actor's id when everything of the actor's own is visible. */
  readonly ownerId: string | undefined;
  /** What the actor owns in these organizations is visible. */
  readonly ownedIn: { readonly ownerId: string; readonly organizationIds: readonly string[] } | undefined;
  readonly organizationIds: readonly string[];
  /** These are shared with the actor. */
  readonly shared: readonly string[];
  /** Only these; undefined for no such limit, empty for nothing at all. */
  readonly ids: readonly string[] | undefined;
};

const nothing: Visibility = {
  all: false,
  ownerId: undefined,
  ownedIn: undefined,
  organizationIds: [],
  shared: [],
  ids: [],
};

/** Describes what of a type an actor may read. It agrees with `can(actor, 'read', …)` on every single resource. */
export function visible(actor: Actor, type: ResourceType): Visibility {
  const permission = `${type}:read` as Permission;
  if (!tokenCarries(actor, permission)) return nothing;
  const allowed = allowedIds(actor.key.allowList, type);
  const grant = grantOf(actor, permission);
  const ownerId = actor.user.id;
  const byRole: Visibility = {
    all: grant.everywhere,
    ownerId: grant.own ? ownerId : undefined,
    ownedIn: grant.ownIn.length > 0 ? { ownerId, organizationIds: grant.ownIn } : undefined,
    organizationIds: grant.organizations,
    shared: type === 'workspace' ? [...(actor.shares?.keys() ?? [])] : [],
    ids: undefined,
  };
  if (allowed === 'all') return byRole;
  if (allowed !== 'none') return { ...byRole, ids: allowed };
  return companionsOf(actor, type, byRole);
}

/** What an allow list that does not name the type still shows of it. */
function companionsOf(actor: Actor, type: ResourceType, byRole: Visibility): Visibility {
  if (allowListAdmits(actor, 'read', { type })) return byRole;
  const ownerId = actor.user.id;
  if (allowListAdmits(actor, 'read', { type, ownerId })) {
    const own = byRole.all || byRole.ownerId !== undefined;
    return { ...nothing, ownerId: own ? ownerId : undefined, ids: own ? undefined : [] };
  }
  const organizationIds = [...actor.organizations.keys()].filter(
    (organizationId) =>
      allowListAdmits(actor, 'read', { type, organizationId }) &&
      (byRole.all || byRole.organizationIds.includes(organizationId)),
  );
  const ownedIn = [...actor.organizations.keys()].filter(
    (organizationId) =>
      allowListAdmits(actor, 'read', { type, organizationId, ownerId }) &&
      (byRole.all ||
        byRole.ownerId !== undefined ||
        byRole.organizationIds.includes(organizationId) ||
        byRole.ownedIn?.organizationIds.includes(organizationId)),
  );
  if (organizationIds.length === 0 && ownedIn.length === 0) return nothing;
  return {
    ...nothing,
    organizationIds,
    ownedIn: ownedIn.length > 0 ? { ownerId, organizationIds: ownedIn } : undefined,
    ids: undefined,
  };
}

/** The columns a visibility is applied to; leave out what the table does not have. */
export type VisibilityColumns = { id: string; owner?: string; organization?: string };

/** A visibility as a condition: `.where(visibleSql(visible(actor, 'workspace'), { id: 'workspaces.id', … }))`. */
export function visibleSql(visibility: Visibility, columns: VisibilityColumns): RawBuilder<boolean> {
  const { all, ownerId, ownedIn, organizationIds, shared, ids } = visibility;
  const { owner, organization } = columns;
  if (ids?.length === 0) return sql<boolean>`false`;
  const reach: RawBuilder<boolean>[] = [];
  if (all) reach.push(sql<boolean>`true`);
  if (ownerId !== undefined && owner) reach.push(sql<boolean>`${sql.ref(owner)} = ${ownerId}`);
  if (ownedIn && owner && organization) {
    reach.push(
      sql<boolean>`(${sql.ref(owner)} = ${ownedIn.ownerId} and ${sql.ref(organization)} = any(${ownedIn.organizationIds}::uuid[]))`,
    );
  }
  if (organizationIds.length > 0 && organization) {
    reach.push(sql<boolean>`${sql.ref(organization)} = any(${organizationIds}::uuid[])`);
  }
  if (shared.length > 0 && !all) reach.push(sql<boolean>`${sql.ref(columns.id)} = any(${shared}::uuid[])`);
  if (reach.length === 0) return sql<boolean>`false`;
  const reached = sql<boolean>`(${sql.join(reach, sql` or `)})`;
  return ids ? sql<boolean>`(${reached} and ${sql.ref(columns.id)}::text = any(${ids}::text[]))` : reached;
}
