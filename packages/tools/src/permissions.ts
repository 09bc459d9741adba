import { type Permission, scopeFor } from '@coder/api';
import type { Tool } from './tool.ts';

type Held = ReadonlySet<Permission> | 'all';

/** The permissions that a token would have to gain before it may use the tool; none when it may. */
export function missingPermissions(
  tool: Pick<Tool, 'permissions' | 'anyPermission'>,
  held: Held,
): Permission[] {
  if (held === 'all') return [];
  const missing = tool.permissions.filter((permission) => !held.has(permission));
  const any = tool.anyPermission;
  if (any?.[0] && !any.some((permission) => held.has(permission))) missing.push(any[0]);
  return missing;
}

/** What a caller whose token is too narrow for a tool is told. */
export function refusal(tool: Tool, missing: readonly Permission[]): string {
  const scopes = [...new Set(missing.map(scopeFor))];
  const noun = scopes.length === 1 ? 'scope' : 'scopes';
  return `This token may not use ${tool.name}: it lacks the ${noun} ${scopes.join(', ')}. A token never gets more than it was made with: use another that has ${scopes.length === 1 ? 'it' : 'them'}.`;
}
