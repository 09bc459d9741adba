import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type AuditTrail, intend } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import type { FoundApp } from './find-app.ts';
import { ticketScope } from './ticket.ts';
import type { Visit, Visitor } from './visitor.ts';

/** A visit goes on as long as requests come; after this long without an audit row the next one begins another. */
const VISIT_MS = 10 * 60_000;

/**
 * Writes one audit row for a visit: who opened which port or app, before the first request is passed on. The files of a page, and
 * what it asks later, belong to the visit.
 */
export function createVisitAudit(deps: { clock: Clock; audit: AuditTrail; log: Logger }) {
  const { clock, audit } = deps;
  const open = new Map<string, number>();

  return async (visit: Visit, visitor: Visitor, { agent, place, title }: FoundApp): Promise<void> => {
    const now = clock.now();
    const who = visitor.actor?.key.id ?? visit.ip;
    const key = `${who} ${ticketScope(agent.workspaceId, agent.agentName, place.target)}`;
    if ((open.get(key) ?? Number.NEGATIVE_INFINITY) + VISIT_MS > now.getTime()) return;
    for (const [other, began] of open) if (began + VISIT_MS <= now.getTime()) open.delete(other);
    open.set(key, now.getTime());
    const entry = {
      id: randomUUID(),
      time: now,
      requestId: visit.requestId,
      userId: visitor.actor?.user.id,
      username: visitor.actor?.user.username ?? '',
      email: visitor.actor?.user.email ?? '',
      apiKeyId: visitor.actor?.key.id ?? '',
      ip: visit.ip,
      userAgent: visit.userAgent.slice(0, 256),
      action: 'open',
      resourceType: 'workspace_app',
      description:
        typeof place.target === 'number'
          ? 'GET /@{user}/{workspace}/ports/{port}/*'
          : 'GET /@{user}/{workspace}/apps/{app}/*',
    } as const;
    try {
      await intend(deps, entry);
    } catch (error) {
      open.delete(key);
      throw error;
    }
    audit.settle(entry, {
      statusCode: visit.upgrade ? 101 : 200,
      durationMs: 0,
      resourceId: agent.agentId,
      resourceTarget: `${agent.ownerName}/${agent.workspaceName}.${agent.agentName} ${title}`,
      diff: {},
      additionalFields: {},
    });
  };
}
