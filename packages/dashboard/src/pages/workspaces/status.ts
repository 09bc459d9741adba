import type { Transition, Workspace, WorkspaceAppStatus, WorkspaceStatus } from '@coder/api';
import type { Tone } from '../../ui/badge.tsx';

const tones: Record<WorkspaceStatus, Tone> = {
  pending: 'busy',
  starting: 'busy',
  running: 'good',
  stopping: 'busy',
  stopped: 'idle',
  failed: 'bad',
  canceling: 'busy',
  canceled: 'warn',
  deleting: 'busy',
  deleted: 'idle',
};

/** What a workspace's state is called, and how it looks. A running one may still be ill: its agent is gone, say. */
export function statusOf({ latest_build, health }: Pick<Workspace, 'latest_build' | 'health'>): {
  text: string;
  tone: Tone;
} {
  const { status } = latest_build;
  if (status === 'running' && !health.healthy) return { text: 'Unhealthy', tone: 'warn' };
  return { text: status.charAt(0).toUpperCase() + status.slice(1), tone: tones[status] };
}

const activities: Record<WorkspaceAppStatus['state'], { text: string; tone: Tone }> = {
  working: { text: 'Working', tone: 'busy' },
  idle: { text: 'Idle', tone: 'idle' },
  complete: { text: 'Complete', tone: 'good' },
  failure: { text: 'Failed', tone: 'bad' },
};

export function activityOf(status: WorkspaceAppStatus): { text: string; tone: Tone } {
  return activities[status.state];
}

const busy: readonly WorkspaceStatus[] = ['pending', 'starting', 'stopping', 'canceling', 'deleting'];

/** Whether a build is under way, so that another cannot begin. */
export function isBusy(status: WorkspaceStatus): boolean {
  return busy.includes(status);
}

/** What can be done with a workspace now. Delete is always legal once no build runs. */
export function transitionsOf(status: WorkspaceStatus): readonly Transition[] {
  if (isBusy(status) || status === 'deleted') return [];
  if (status === 'running') return ['stop', 'delete'];
  // A failed or canceled build may have left something running.
  if (status === 'failed' || status === 'canceled') return ['start', 'stop', 'delete'];
  return ['start', 'delete'];
}
