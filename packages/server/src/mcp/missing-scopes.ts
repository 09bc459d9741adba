import { ApiError, scopeFor } from '@coder/api';
import { findTool, missingPermissions } from '@coder/tools';
import type { Actor } from '../authorization/index.ts';

/**
 * Refuses, before anything of it runs, the call of a tool that an application's token may not use. The error names all the
 * scopes that a token would have to hold, so that the client can ask its user for just that. A token that a person made has
 * nobody to ask; its call is answered by the tool itself, in words.
 */
export function refuseMissingScopes(actor: Actor, body: unknown): void {
  if (!actor.key.application) return;
  const missing = [body].flat().flatMap((message) => {
    const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
    if (method !== 'tools/call') return [];
    const tool = typeof params?.name === 'string' ? findTool(params.name) : undefined;
    return tool ? missingPermissions(tool, actor.key.permissions) : [];
  });
  if (missing.length === 0) return;
  const needed = [...new Set(missing.map(scopeFor))];
  throw new ApiError('INSUFFICIENT_SCOPE', {
    message: `This token does not have the ${needed.length === 1 ? 'scope' : 'scopes'} ${needed.map((scope) => `"${scope}"`).join(', ')} that this tool needs.`,
    detail: 'The user can allow more: connect the application again.',
    scopes: [...new Set([...actor.key.scopes, ...needed])],
  });
}
