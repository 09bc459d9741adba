import type { WorkspaceRole } from '@coder/api';

/** What becomes of the share that a user or a group has in a workspace; an empty role ends it. */
export type ShareChange = { kind: 'user' | 'group'; id: string; role: WorkspaceRole | '' };

/** What a role lets do, in words. */
export const roleText: Record<WorkspaceRole, string> = { use: 'use it', admin: 'use and change it' };
