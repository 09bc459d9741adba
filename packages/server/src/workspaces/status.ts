import type { ProvisionerJob, Transition, WorkspaceStatus } from '@coder/api';

export type JobStatus = ProvisionerJob['status'];

/** The jobs that are not over yet. */
const activeJobStatuses = ['pending', 'running', 'canceling'] as const;

export function isActive(status: string): boolean {
  return (activeJobStatuses as readonly string[]).includes(status);
}

const running = { start: 'starting', stop: 'stopping', delete: 'deleting' } as const;
const succeeded = { start: 'running', stop: 'stopped', delete: 'deleted' } as const;

/** What a workspace is, from its latest build: upstream's table. */
export function buildStatus(transition: Transition, job: JobStatus): WorkspaceStatus {
  switch (job) {
    case 'pending':
    case 'canceling':
    case 'canceled':
    case 'failed':
      return job;
    case 'running':
      return running[transition];
    case 'succeeded':
      return succeeded[transition];
    case 'unknown':
      return 'failed';
  }
}
