import { beat, type LinkRowsDeps } from './link-rows.ts';
import type { AgentLink } from './session.ts';

/**
 * One heartbeat of all links: renews their rows in one statement, and closes those whose agent has meanwhile linked to another
 * server or been retired. A link whose agent is silent is ended by its own pings before.
 */
export async function heartbeat(deps: LinkRowsDeps, links: readonly AgentLink[]): Promise<void> {
  const marked = links.filter((link) => link.marked && !link.connection.isClosed);
  const mine = await beat(
    deps,
    marked.map((link) => link.agentId),
  );
  for (const { agentId, connection } of marked) {
    if (!mine.has(agentId)) {
      connection.close('The agent has linked to another server, or its workspace was stopped.');
    }
  }
}
