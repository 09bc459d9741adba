import type { User } from '@coder/api';

/** Whether the menu offers a page for which the server asks a site role. What may be done, the server decides. */
export function mayOpen(user: User | undefined, page: 'audit' | 'applications' | 'approvals'): boolean {
  const roles = user?.roles.map((role) => role.name) ?? [];
  return roles.includes('owner') || (page === 'audit' && roles.includes('auditor'));
}
