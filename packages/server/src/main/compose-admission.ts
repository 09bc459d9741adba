import { findTool } from '@coder/tools';
import { createApprovals, type LookUp } from '../approvals/index.ts';
import { createAuditTrail } from '../audit/index.ts';
import { createPipeline, createRateLimits, createToolCalls } from '../http/index.ts';
import { createIdentity } from '../identity/index.ts';
import { endGrantsOf } from '../oauth/index.ts';
import { createOrganizations } from '../organizations/index.ts';
import type { Ground } from './ground.ts';

/** Who there is, and the pipeline that lets a request in, limits it and writes it down. */
export async function composeAdmission(
  { config, accessUrl, log, clock, ...ground }: Ground,
  { lookUp }: { lookUp: LookUp },
) {
  const { db } = ground.database;
  const audit = createAuditTrail({ db, log, registry: ground.metrics.registry });
  const identity = await createIdentity({
    db,
    notifications: ground.notifications,
    clock,
    log,
    accessUrl,
    sessionDurationMs: config.sessionDuration,
    defaultTokenLifetimeMs: config.defaultTokenLifetime,
    maxTokenLifetimeMs: config.maxTokenLifetime,
    endGrants: endGrantsOf,
    disableSessionRefresh: config.disableSessionExpiryRefresh,
    disableOwnerWorkspaceAccess: config.disableOwnerWorkspaceAccess,
    disableWorkspaceSharing: config.disableWorkspaceSharing,
  });
  const approvals = await createApprovals({
    db,
    notifications: ground.notifications,
    clock,
    log,
    accessUrl,
    lookUp,
  });
  const limits = createRateLimits({
    ...(config.dangerousDisableRateLimits ? { api: 0, login: 0, files: 0 } : { api: config.apiRateLimit }),
    clock,
  });
  const pipeline = createPipeline({
    authenticate: identity.authenticate,
    authenticateAgent: identity.authenticateAgent,
    limits,
    audit,
    approvals: approvals.gate,
    toolCalls: createToolCalls({
      audit,
      clock,
      onlyReads: (tool) => findTool(tool)?.annotations.readOnlyHint === true,
    }),
    openRequests: ground.openRequests,
    clock,
    log,
  });
  return { audit, identity, approvals, organizations: createOrganizations({ db }), limits, pipeline };
}
