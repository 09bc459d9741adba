import type { Approval } from '@coder/api';
import { type ApprovalRow, statusOf } from './store.ts';

export function presentApproval(row: ApprovalRow, now: Date): Approval {
  return {
    id: row.id,
    class: row.class as Approval['class'],
    status: statusOf(row, now),
    user_id: row.user_id,
    username: row.username,
    application: row.application as Approval['application'],
    token_name: row.token_name,
    via: row.via as Approval['via'],
    tool: row.tool,
    route: row.route,
    target: { type: row.target_type as Approval['target']['type'], id: row.target_id, name: row.target_name },
    facts: row.facts as Approval['facts'],
    arguments: JSON.parse(row.arguments) as Record<string, unknown>,
    arguments_sha256: row.arguments_sha256,
    ip: row.ip,
    user_agent: row.user_agent,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    decided_by: row.decided_by,
    used_at: row.used_at?.toISOString() ?? null,
    reason: row.reason,
  };
}
