import { ApiError } from '@coder/api';
import type { AgentTarget } from './agent-target.ts';

/** Throws WORKSPACE_NOT_RUNNING, with what to do, unless the workspace's latest build is a start that has not failed. */
export function requireRunning(target: AgentTarget): void {
  const problem = notRunning(target);
  if (problem !== undefined) throw new ApiError('WORKSPACE_NOT_RUNNING', { message: problem });
  if (!target.current) {
    throw new ApiError('GONE', {
      message: `This agent belongs to an earlier build of workspace "${target.workspaceName}". Read the workspace again for its current agent.`,
    });
  }
}

function notRunning({ workspaceName, transition, jobStatus }: AgentTarget): string | undefined {
  const name = `Workspace "${workspaceName}"`;
  const over = ['succeeded', 'failed', 'canceled'].includes(jobStatus);
  if (transition === 'start') {
    if (jobStatus === 'failed') return `${name} failed to start. Look at its build log, then start it again.`;
    if (jobStatus === 'canceled' || jobStatus === 'canceling') {
      return `The start of workspace "${workspaceName}" was canceled. Start it again.`;
    }
    return undefined;
  }
  if (transition === 'stop') {
    if (!over) return `${name} is stopping. Wait until it has stopped, then start it.`;
    if (jobStatus === 'succeeded') return `${name} is stopped. Start it first.`;
    return `${name} failed to stop. Look at its build log, then stop or start it again.`;
  }
  if (!over) return `${name} is being deleted.`;
  return jobStatus === 'succeeded'
    ? `${name} is deleted.`
    : `${name} failed to be deleted. Delete it again, or start it.`;
}
