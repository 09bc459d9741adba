import type { WorkspaceAgent } from '@coder/api';

/** The times a status is told from. */
export interface ConnectionTimes {
  created_at: Date;
  first_connected_at: Date | null;
  last_connected_at: Date | null;
  disconnected_at: Date | null;
  /** 0: it may take for ever. */
  connection_timeout_seconds: number;
}

/** Upstream's default for `--agent-inactive-disconnect-timeout`: an agent silent for this long is disconnected. */
export const DEFAULT_INACTIVE_DISCONNECT_MS = 30_000;

/** What is known of an agent's connection at a time. Nothing is stored: a server that died without a word still yields the truth. */
export function agentStatus(
  agent: ConnectionTimes,
  now: Date,
  inactiveDisconnectMs = DEFAULT_INACTIVE_DISCONNECT_MS,
): WorkspaceAgent['status'] {
  if (!agent.first_connected_at || !agent.last_connected_at) {
    const limitMs = agent.connection_timeout_seconds * 1000;
    const late = limitMs > 0 && now.getTime() - agent.created_at.getTime() > limitMs;
    return late ? 'timeout' : 'connecting';
  }
  if (agent.disconnected_at && agent.disconnected_at >= agent.last_connected_at) return 'disconnected';
  if (now.getTime() - agent.last_connected_at.getTime() > inactiveDisconnectMs) return 'disconnected';
  return 'connected';
}

/** Whether the agent is as it should be, and if not, why. */
export function agentHealth(
  status: WorkspaceAgent['status'],
  lifecycle: WorkspaceAgent['lifecycle_state'],
): WorkspaceAgent['health'] {
  const reason = unhealthyReason(status, lifecycle);
  return reason === undefined ? { healthy: true } : { healthy: false, reason };
}

function unhealthyReason(
  status: WorkspaceAgent['status'],
  lifecycle: WorkspaceAgent['lifecycle_state'],
): string | undefined {
  if (status !== 'connected' && lifecycle === 'off') return 'The agent is not running.';
  if (status === 'timeout') return 'The agent is taking too long to connect.';
  if (status === 'disconnected') return 'The agent has lost its connection.';
  if (lifecycle === 'start_error') return 'A startup script of the agent has failed.';
  if (['shutting_down', 'shutdown_timeout', 'shutdown_error', 'off'].includes(lifecycle)) {
    return 'The agent is shutting down.';
  }
  return undefined;
}
