import type { AgentEvent, AgentLifecycle } from '@coder/api/agent';

type LifecycleEvent = Extract<AgentEvent, { type: 'lifecycle' }>;

export interface LifecycleColumns {
  lifecycle_state?: AgentLifecycle;
  started_at?: Date;
  ready_at?: Date | null;
}

/** The start scripts are over in these states, for better or worse. */
const started = new Set<AgentLifecycle>(['ready', 'start_timeout', 'start_error']);

/** What a run of lifecycle events, in order, makes of an agent's row. */
export function lifecycleColumns(events: readonly LifecycleEvent[]): LifecycleColumns {
  const columns: LifecycleColumns = {};
  for (const { state, at } of events) {
    columns.lifecycle_state = state;
    if (state === 'starting') {
      columns.started_at = new Date(at);
      columns.ready_at = null;
    }
    if (started.has(state)) columns.ready_at = new Date(at);
  }
  return columns;
}
