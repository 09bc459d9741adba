import { ApiError } from '@coder/api';
import { agentStatus } from '../present/status.ts';
import type { AgentTarget } from './agent-target.ts';

/** What a caller is told when an agent's link is not there: since when, and what to do. */
export function unreachable(target: AgentTarget, now: Date, inactiveDisconnectMs?: number): ApiError {
  return new ApiError('AGENT_UNREACHABLE', { message: reason(target, now, inactiveDisconnectMs) });
}

/** Whether a link is likely to come (back) within seconds: at a start, and after this server or the network was away. */
export function mayLinkSoon(target: AgentTarget, now: Date): boolean {
  if (!target.firstConnectedAt) return statusOf(target, now) === 'connecting';
  return now.getTime() - lastSeen(target).getTime() < RECONNECT_WITHIN_MS;
}

/** An agent dials again with delays of at most a few seconds; one that was away for longer is not expected back at once. */
const RECONNECT_WITHIN_MS = 120_000;

function reason(target: AgentTarget, now: Date, inactiveDisconnectMs?: number): string {
  const agent = `The agent "${target.agentName}" of workspace "${target.workspaceName}"`;
  const again = `restart the workspace ("coder restart ${target.workspaceName}")`;
  switch (statusOf(target, now, inactiveDisconnectMs)) {
    case 'connecting':
      return `${agent} has not connected yet: the workspace is still starting. Try again in a few seconds.`;
    case 'timeout':
      return `${agent} has not connected since it was started at ${target.createdAt.toISOString()}. Look at its build log, then ${again}.`;
    case 'disconnected':
      return `${agent} has not been connected since ${lastSeen(target).toISOString()}. It keeps trying; if it does not come back, ${again}.`;
    case 'connected':
      return `${agent} lost its connection just now and connects again by itself. Try again in a few seconds.`;
  }
}

function lastSeen(target: AgentTarget): Date {
  return target.disconnectedAt ?? target.lastConnectedAt ?? target.createdAt;
}

function statusOf(target: AgentTarget, now: Date, inactiveDisconnectMs?: number) {
  const times = {
    created_at: target.createdAt,
    first_connected_at: target.firstConnectedAt,
    last_connected_at: target.lastConnectedAt,
    disconnected_at: target.disconnectedAt,
    connection_timeout_seconds: target.connectionTimeoutSeconds,
  };
  return agentStatus(times, now, inactiveDisconnectMs);
}
