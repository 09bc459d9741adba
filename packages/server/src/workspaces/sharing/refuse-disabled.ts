import { ApiError } from '@coder/api';
import type { WorkspaceSettings } from '../deps.ts';

/** Throws FORBIDDEN where nothing of workspaces may be shared. What is shared can be taken back all the same. */
export function refuseDisabledSharing({ disableSharing }: Pick<WorkspaceSettings, 'disableSharing'>): void {
  if (!disableSharing) return;
  throw new ApiError('FORBIDDEN', {
    message: 'The sharing of workspaces is switched off on this deployment.',
    detail: 'An administrator can start the server without --disable-workspace-sharing.',
  });
}
