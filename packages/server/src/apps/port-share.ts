import { reachOfSharing, type SharingLevel } from '@coder/api';
import type { AgentTarget } from '../agents/index.ts';
import type { Db } from '../database/index.ts';

/** How far a port is shared: as its owner has said, but no further than the template lets ports be shared. */
export async function sharingOfPort(
  db: Db,
  { workspaceId, agentName }: AgentTarget,
  port: number,
): Promise<SharingLevel> {
  const found = await db
    .selectFrom('workspace_port_shares as share')
    .innerJoin('workspaces as workspace', 'workspace.id', 'share.workspace_id')
    .innerJoin('templates as template', 'template.id', 'workspace.template_id')
    .select(['share.share_level as level', 'template.max_port_share_level as max'])
    .where('share.workspace_id', '=', workspaceId)
    .where('share.agent_name', '=', agentName)
    .where('share.port', '=', port)
    .executeTakeFirst();
  if (!found) return 'owner';
  const [level, max] = [found.level, found.max] as [SharingLevel, SharingLevel];
  return reachOfSharing(level) <= reachOfSharing(max) ? level : max;
}
