import {
  ApiError,
  type ChangeLimits,
  type GroupQuota,
  type MemberQuota,
  type OrganizationMember,
  type ResourceLimits,
  type ResourceUse,
  type WorkspaceQuota,
} from '@coder/api';
import { sql } from 'kysely';
import { type Actor, authorize, authorizeWhole } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction } from '../database/index.ts';
import { changeGroupLimits, selectGroups } from '../groups/index.ts';
import { changeMember, type Members } from '../organizations/index.ts';
import { eachResource, effectiveLimits, limitsAnything, limitsOf, storedLimits } from './limits.ts';
import { loadRules, loadUse, type Use } from './store.ts';

/** A change by names, and the limits that it has replaced and set. */
type Changed<T, L> = { quota: T; before: L; after: L; id: string; name: string; organizationId: string };
type GroupLimits = Pick<GroupQuota, 'member_limits' | 'total_limits'>;

export type Quotas = {
  /** Upstream's credits of a member. Throws NOT_FOUND for a member the actor may not see. */
  credits(actor: Actor, organization: string, user: string): Promise<WorkspaceQuota>;
  member(actor: Actor, organization: string, user: string): Promise<MemberQuota>;
  /** Changes hold from the next start on; nothing that runs is stopped. */
  updateMember(
    actor: Actor,
    organization: string,
    user: string,
    limits: ChangeLimits,
  ): Promise<Changed<MemberQuota, ResourceLimits>>;
  group(actor: Actor, id: string): Promise<GroupQuota>;
  updateGroup(
    actor: Actor,
    id: string,
    change: { member_limits?: ChangeLimits | undefined; total_limits?: ChangeLimits | undefined },
  ): Promise<Changed<GroupQuota, GroupLimits>>;
};

export type QuotasDeps = { db: Db; clock: Clock; members: Pick<Members, 'get'> };

/** How much of a deployment the members of an organization may take. */
export function createQuotas({ db, clock, members }: QuotasDeps): Quotas {
  /** The member whom a path names. Of others the numbers are for those who may read users. */
  async function find(actor: Actor, organization: string, user: string): Promise<OrganizationMember> {
    authorizeWhole(actor, 'workspace');
    const member = await members.get(actor, organization, user);
    if (member.user_id !== actor.user.id) authorize(actor, 'read', { type: 'user', id: member.user_id });
    return member;
  }

  async function memberQuota(organizationId: string, userId: string): Promise<MemberQuota> {
    const rules = await loadRules(db, organizationId, userId);
    const limiting = rules.groups.filter(({ totalLimits }) => limitsAnything(totalLimits));
    const [used, ...ofGroups] = await Promise.all([
      loadUse(db, organizationId, { userId }),
      ...limiting.map(({ id }) => loadUse(db, organizationId, { groupId: id })),
    ]);
    return {
      limits: rules.own,
      effective: effectiveLimits(
        rules.own,
        rules.groups.map(({ memberLimits }) => memberLimits),
      ),
      used: resourcesOf(used),
      groups: limiting.map(({ id, name, totalLimits }, index) => ({
        id,
        name,
        total_limits: totalLimits,
        used: resourcesOf(ofGroups[index]!),
      })),
    };
  }

  async function findGroup(actor: Actor, id: string, action: 'read' | 'update') {
    const [row] = await selectGroups(db, sql`where g.id = ${id}`);
    if (!row) throw new ApiError('NOT_FOUND');
    authorize(actor, action, { type: 'group', id, organizationId: row.organization_id });
    return row;
  }

  async function groupQuota({
    id,
    organization_id,
  }: {
    id: string;
    organization_id: string;
  }): Promise<GroupQuota> {
    const [row, used] = await Promise.all([
      db
        .selectFrom('groups')
        .where('id', '=', id)
        .select(['member_limits', 'total_limits'])
        .executeTakeFirst(),
      loadUse(db, organization_id, { groupId: id }),
    ]);
    return {
      member_limits: limitsOf(row?.member_limits),
      total_limits: limitsOf(row?.total_limits),
      used: resourcesOf(used),
    };
  }

  return {
    async credits(actor, organization, user) {
      const { organization_id, user_id } = await find(actor, organization, user);
      const [{ budget }, { credits }] = await Promise.all([
        loadRules(db, organization_id, user_id),
        loadUse(db, organization_id, { userId: user_id }),
      ]);
      return { credits_consumed: credits, budget };
    },

    async member(actor, organization, user) {
      const { organization_id, user_id } = await find(actor, organization, user);
      return memberQuota(organization_id, user_id);
    },

    async updateMember(actor, organization, user, wanted) {
      const found = await find(actor, organization, user);
      const { organization_id: organizationId, user_id: userId, username } = found;
      authorize(actor, 'update', { type: 'organization_member', organizationId, ownerId: userId });
      const of = { organizationId, userId, username };
      const set = (held: ResourceLimits) => ({ ...held, ...wanted });
      const { resource_limits: held } = await inTransaction(db, (trx) =>
        changeMember(trx, of, clock.now(), (member) => ({
          resource_limits: storedLimits(set(limitsOf(member.resource_limits))),
        })),
      );
      const before = limitsOf(held);
      const quota = await memberQuota(organizationId, userId);
      return { quota, before, after: set(before), id: userId, name: username, organizationId };
    },

    async group(actor, id) {
      authorizeWhole(actor, 'workspace');
      return groupQuota(await findGroup(actor, id, 'read'));
    },

    async updateGroup(actor, id, { member_limits, total_limits }) {
      authorizeWhole(actor, 'workspace');
      const group = await findGroup(actor, id, 'update');
      const limits = (held: { member_limits: unknown; total_limits: unknown }) => ({
        member_limits: limitsOf(held.member_limits),
        total_limits: limitsOf(held.total_limits),
      });
      const set = (held: GroupLimits) => ({
        member_limits: { ...held.member_limits, ...member_limits },
        total_limits: { ...held.total_limits, ...total_limits },
      });
      const held = await inTransaction(db, (trx) =>
        changeGroupLimits(trx, id, clock.now(), (stored) => {
          const after = set(limits(stored));
          return {
            member_limits: storedLimits(after.member_limits),
            total_limits: storedLimits(after.total_limits),
          };
        }),
      );
      const before = limits(held);
      const quota = await groupQuota(group);
      return {
        quota,
        before,
        after: set(before),
        id,
        name: group.name,
        organizationId: group.organization_id,
      };
    },
  };
}

const resourcesOf = (use: Use): ResourceUse => eachResource((name) => use[name]);
