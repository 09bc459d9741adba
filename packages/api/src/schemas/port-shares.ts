import * as z from 'zod';
import { uuid } from './common.ts';
import { sharingLevels } from './manifest.ts';

const port = z.int().min(1).max(65_535);
const agentName = z.string().min(1).max(64);

/** A port of a workspace that others than its owner may open. */
export const portShareSchema = z.object({
  workspace_id: uuid,
  agent_name: z.string(),
  port,
  share_level: z.enum(sharingLevels),
  protocol: z.enum(['http', 'https']),
});
export type PortShare = z.infer<typeof portShareSchema>;
export const portSharesSchema = z.object({ shares: z.array(portShareSchema) });

/** At most so many ports of one workspace may be shared. */
export const MAX_PORT_SHARES = 100;

export const updatePortShareSchema = z.strictObject({
  agent_name: agentName,
  port,
  share_level: z.enum(['authenticated', 'organization', 'public'], {
    error: 'must be "organization", "authenticated" or "public"; to share it no longer, delete its share',
  }),
  protocol: z
    .literal('http', { error: 'must be "http": a port is reached by HTTP, whatever the browser speaks' })
    .optional(),
});
export type UpdatePortShare = z.infer<typeof updatePortShareSchema>;
export const deletePortShareSchema = z.strictObject({ agent_name: agentName, port });
