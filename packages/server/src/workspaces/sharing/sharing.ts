import {
  ApiError,
  MAX_SHARES,
  type UpdateWorkspaceAcl,
  type Validation,
  type WorkspaceAcl,
  type WorkspaceRole,
} from '@coder/api';
import { sql, type Transaction } from 'kysely';
import { type Actor, authorize } from '../../authorization/index.ts';
import { inTransaction, notify, type Tables } from '../../database/index.ts';
import { isVisible, presentGroups, selectGroups } from '../../groups/index.ts';
import type { Forget } from '../../organizations/index.ts';
import type { WorkspaceSettings, WorkspacesDeps } from '../deps.ts';
import { findWorkspace, workspaceResource } from '../find.ts';
import type { WorkspaceRow } from '../read/present-workspace.ts';
import { refuseDisabledSharing } from './refuse-disabled.ts';

/** What has changed, for the audit log: by `user:<name>` or `group:<name>`, the role before and after. */
export type ShareChange = { readonly who: string; readonly before: string; readonly after: string };
export type SharingResult = { readonly name: string; readonly changes: readonly ShareChange[] };

type Share = { user_id: string | null; group_id: string | null; role: WorkspaceRole; name: string };
type Wanted = { readonly kind: 'user' | 'group'; readonly id: string; readonly role: WorkspaceRole | '' };

/** With whom workspaces are shared. What changes holds from the next call of each of them on, and ends what they have open. */
export function createSharing({
  db,
  clock,
  forget,
  settings,
}: Pick<WorkspacesDeps, 'db' | 'clock' | 'forget' | 'settings'>) {
  async function change(
    actor: Actor,
    id: string,
    wanted: (shares: readonly Share[]) => readonly Wanted[],
  ): Promise<SharingResult> {
    const workspace = await findWorkspace(db, actor, id);
    const changed = await inTransaction(db, async (trx) => {
      const held = await sql<{ deleted: boolean }>`
        select deleted from workspaces where id = ${id} for update`.execute(trx);
      if (held.rows[0]?.deleted !== false) {
        throw new ApiError('GONE', { message: `The workspace "${workspace.name}" is deleted.` });
      }
      const shares = await loadShares(trx, id);
      const all = wanted(shares);
      mayChange(actor, workspace, all, settings);
      const names = await namesOf(trx, workspace, all);
      refuseTooMany(shares, all);
      const now = clock.now();
      for (const { kind, id: to, role } of all) {
        const column = `${kind}_id` as const;
        await trx
          .deleteFrom('workspace_shares')
          .where('workspace_id', '=', id)
          .where(column, '=', to)
          .execute();
        if (role !== '') {
          await trx
            .insertInto('workspace_shares')
            .values({
              workspace_id: id,
              organization_id: workspace.organization_id,
              [column]: to,
              role,
              created_at: now,
            })
            .execute();
        }
        await notify(trx, `${kind}_changed`, to);
      }
      await notify(trx, 'workspace_changed', id);
      return all.map((entry): ShareChange => {
        const before = shares.find((share) => share[`${entry.kind}_id`] === entry.id);
        const name = before?.name ?? names.get(entry.id) ?? entry.id;
        return { who: `${entry.kind}:${name}`, before: before?.role ?? '', after: entry.role };
      });
    });
    return {
      name: `${workspace.owner_name}/${workspace.name}`,
      changes: changed.filter(({ before, after }) => before !== after),
    };
  }

  return {
    async getAcl(actor: Actor, id: string): Promise<WorkspaceAcl> {
      await findWorkspace(db, actor, id);
      const shares = await db
        .selectFrom('workspace_shares as share')
        .leftJoin('users', 'users.id', 'share.user_id')
        .where('share.workspace_id', '=', id)
        .where((eb) => eb.or([eb('users.deleted', '=', false), eb('share.user_id', 'is', null)]))
        .orderBy(sql`lower(users.username)`)
        .select([
          'share.role',
          'share.group_id',
          'users.id',
          'users.username',
          'users.name',
          'users.avatar_url',
        ])
        .execute();
      const roles = new Map(shares.map(({ group_id, role }) => [group_id, role as WorkspaceRole]));
      const groups = await selectGroups(
        db,
        sql`where g.id = any(${shares.flatMap(({ group_id }) => group_id ?? [])}::uuid[]) and ${isVisible(actor)}
          order by lower(g.name)`,
      );
      return {
        users: shares.flatMap(({ id, username, name, avatar_url, role }) =>
          id === null
            ? []
            : [
                {
                  id,
                  username: username ?? '',
                  name: name ?? '',
                  avatar_url: avatar_url ?? '',
                  role: role as WorkspaceRole,
                },
              ],
        ),
        groups: (await presentGroups(db, actor, groups)).map((group) => ({
          ...group,
          role: roles.get(group.id) ?? 'use',
        })),
      };
    },

    async updateAcl(actor: Actor, id: string, request: UpdateWorkspaceAcl): Promise<SharingResult> {
      const entries = (kind: Wanted['kind'], roles: UpdateWorkspaceAcl['user_roles'] = {}) =>
        Object.entries(roles).map(([to, role]): Wanted => ({ kind, id: to.toLowerCase(), role }));
      const wanted = [...entries('user', request.user_roles), ...entries('group', request.group_roles)];
      const result = await change(actor, id, () => wanted);
      forgetAll(forget, wanted);
      return result;
    },

    async deleteAcl(actor: Actor, id: string): Promise<SharingResult> {
      await findWorkspace(db, actor, id, { action: 'update' });
      let wanted: Wanted[] = [];
      const result = await change(actor, id, (shares) => {
        wanted = shares.map(({ user_id, group_id }): Wanted => {
          return user_id === null
            ? { kind: 'group', id: group_id ?? '', role: '' }
            : { kind: 'user', id: user_id, role: '' };
        });
        return wanted;
      });
      forgetAll(forget, wanted);
      return result;
    },
  };
}

function forgetAll(forget: Forget, wanted: readonly Wanted[]): void {
  for (const { kind, id } of wanted) forget[kind](id);
}

/** Everybody may leave what is shared with them; else whoever may change a workspace may take shares away, and some may give. */
function mayChange(
  actor: Actor,
  workspace: WorkspaceRow,
  wanted: readonly Wanted[],
  settings: Pick<WorkspaceSettings, 'disableSharing'>,
): void {
  const gives = wanted.some(({ role }) => role !== '');
  const leaves = wanted.length > 0 && wanted.every(({ id, role }) => id === actor.user.id && role === '');
  if (leaves) return;
  authorize(actor, 'update', workspaceResource(workspace));
  if (!gives) return;
  authorize(actor, 'share', workspaceResource(workspace));
  refuseDisabledSharing(settings);
}

async function loadShares(trx: Transaction<Tables>, workspaceId: string): Promise<Share[]> {
  const { rows } = await sql<Share>`
    select s.user_id, s.group_id, s.role, coalesce(u.username, g.name) as name
    from workspace_shares s
    left join users u on u.id = s.user_id
    left join groups g on g.id = s.group_id
    where s.workspace_id = ${workspaceId}`.execute(trx);
  return rows;
}

/** The names of those to share with. Throws VALIDATION_FAILED for who is not of the organization. */
async function namesOf(
  trx: Transaction<Tables>,
  workspace: WorkspaceRow,
  wanted: readonly Wanted[],
): Promise<Map<string, string>> {
  const given = wanted.filter(({ role }) => role !== '');
  const ids = (kind: Wanted['kind']) => given.filter((entry) => entry.kind === kind).map(({ id }) => id);
  const { rows } = await sql<{ id: string; name: string }>`
    select u.id, u.username as name from organization_members m join users u on u.id = m.user_id
    where m.organization_id = ${workspace.organization_id} and not u.deleted and u.id = any(${ids('user')}::uuid[])
    union all
    select id, name from groups
    where organization_id = ${workspace.organization_id} and id = any(${ids('group')}::uuid[])`.execute(trx);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const validations = given.flatMap(({ kind, id }): Validation[] => {
    const field = `${kind}_roles.${id}`;
    if (id === workspace.owner_id) return [{ field, detail: 'owns the workspace already' }];
    if (names.has(id)) return [];
    const what = kind === 'user' ? 'member' : 'group';
    return [{ field, detail: `is no ${what} of the organization "${workspace.organization_name}"` }];
  });
  if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
  return names;
}

function refuseTooMany(shares: readonly Share[], wanted: readonly Wanted[]): void {
  const after = new Set(shares.map(({ user_id, group_id }) => user_id ?? group_id));
  for (const { id, role } of wanted) {
    if (role === '') after.delete(id);
    else after.add(id);
  }
  if (after.size <= MAX_SHARES) return;
  throw new ApiError('VALIDATION_FAILED', {
    message: `A workspace can be shared with at most ${MAX_SHARES} users and groups. Share it with a group instead.`,
  });
}
