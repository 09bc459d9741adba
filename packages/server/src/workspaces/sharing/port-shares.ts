import {
  ApiError,
  MAX_PORT_SHARES,
  type PortShare,
  reachOfSharing,
  type SharingLevel,
  type UpdatePortShare,
} from '@coder/api';
import { type Actor, authorize } from '../../authorization/index.ts';
import { type Db, inTransaction, notify } from '../../database/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { findWorkspace, workspaceResource } from '../find.ts';
import type { WorkspaceRow } from '../read/present-workspace.ts';
import { refuseDisabledSharing } from './refuse-disabled.ts';

/** What has changed, for the audit log. */
type Changed = { readonly name: string; readonly field: string; readonly before: string };
type Place = { readonly agent_name: string; readonly port: number };

/** Which ports of a workspace others may open. What is no longer shared is ended for those who have it open. */
export function createPortShares({ db, clock, settings }: Pick<WorkspacesDeps, 'db' | 'clock' | 'settings'>) {
  return {
    async portShares(actor: Actor, id: string): Promise<{ shares: PortShare[] }> {
      await findWorkspace(db, actor, id);
      const rows = await db
        .selectFrom('workspace_port_shares')
        .select(['agent_name', 'port', 'share_level'])
        .where('workspace_id', '=', id)
        .orderBy('agent_name')
        .orderBy('port')
        .execute();
      return { shares: rows.map((row) => present(id, row, row.share_level as SharingLevel)) };
    },

    async updatePortShare(
      actor: Actor,
      id: string,
      { agent_name, port, share_level: level }: UpdatePortShare,
    ): Promise<{ share: PortShare; changed: Changed }> {
      const workspace = await findWorkspace(db, actor, id);
      authorize(actor, 'share', workspaceResource(workspace));
      refuseDisabledSharing(settings);
      await refuseUnknownAgent(db, workspace, agent_name);
      await refuseTooFar(db, workspace, level);
      const place = { agent_name, port };
      const before = await inTransaction(db, async (trx) => {
        await trx.selectFrom('workspaces').select('id').where('id', '=', id).forUpdate().execute();
        const shares = await trx
          .selectFrom('workspace_port_shares')
          .select(['agent_name', 'port', 'share_level'])
          .where('workspace_id', '=', id)
          .execute();
        const known = shares.find((share) => share.agent_name === agent_name && share.port === port);
        if (!known && shares.length >= MAX_PORT_SHARES) {
          throw new ApiError('VALIDATION_FAILED', {
            message: `At most ${MAX_PORT_SHARES} ports of a workspace can be shared. Delete a share first.`,
          });
        }
        await trx
          .insertInto('workspace_port_shares')
          .values({ workspace_id: id, ...place, share_level: level, created_at: clock.now() })
          .onConflict((conflict) =>
            conflict.columns(['workspace_id', 'agent_name', 'port']).doUpdateSet({ share_level: level }),
          )
          .execute();
        await notify(trx, 'port_share_changed', id);
        return known?.share_level ?? 'owner';
      });
      return { share: present(id, place, level), changed: changeOf(workspace, place, before) };
    },

    async deletePortShare(actor: Actor, id: string, place: Place): Promise<Changed> {
      const workspace = await findWorkspace(db, actor, id, { action: 'update' });
      const gone = await inTransaction(db, async (trx) => {
        const row = await trx
          .deleteFrom('workspace_port_shares')
          .where('workspace_id', '=', id)
          .where('agent_name', '=', place.agent_name)
          .where('port', '=', place.port)
          .returning('share_level')
          .executeTakeFirst();
        await notify(trx, 'port_share_changed', id);
        return row;
      });
      if (gone) return changeOf(workspace, place, gone.share_level);
      throw new ApiError('NOT_FOUND', {
        message: `Port ${place.port} of the agent "${place.agent_name}" is not shared.`,
      });
    },
  };
}

const present = (workspace: string, { agent_name, port }: Place, level: SharingLevel): PortShare => ({
  workspace_id: workspace,
  agent_name,
  port,
  share_level: level,
  protocol: 'http',
});

const changeOf = (workspace: WorkspaceRow, { agent_name, port }: Place, before: string): Changed => ({
  name: `${workspace.owner_name}/${workspace.name}`,
  field: `port ${port} of ${agent_name}`,
  before,
});

async function refuseTooFar(db: Db, { template_id }: WorkspaceRow, level: SharingLevel): Promise<void> {
  const { name, max_port_share_level: max } = await db
    .selectFrom('templates')
    .select(['name', 'max_port_share_level'])
    .where('id', '=', template_id)
    .executeTakeFirstOrThrow();
  if (reachOfSharing(level) <= reachOfSharing(max as SharingLevel)) return;
  throw new ApiError('FORBIDDEN', {
    message:
      max === 'owner'
        ? `The template "${name}" does not let ports be shared.`
        : `The template "${name}" lets ports be shared as far as "${max}".`,
    detail: `Who may change the template can allow more: coder templates edit ${name} --max-port-share-level ${level}`,
  });
}

async function refuseUnknownAgent(db: Db, { id, name }: WorkspaceRow, agentName: string): Promise<void> {
  const agents = await db
    .selectFrom('workspace_agents')
    .select('name')
    .distinct()
    .where('workspace_id', '=', id)
    .execute();
  if (agents.some((agent) => agent.name === agentName)) return;
  const names = agents.map((agent) => `"${agent.name}"`).join(', ');
  const detail =
    names === ''
      ? `must be the name of an agent; workspace "${name}" has never been started`
      : `must be an agent of workspace "${name}": ${names}`;
  throw new ApiError('VALIDATION_FAILED', { validations: [{ field: 'agent_name', detail }] });
}
