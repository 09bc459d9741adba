import { ApiError, scopeFor } from '@coder/api';
import { findTool, missingPermissions, type Tool } from '@coder/tools';
import type { Selection } from '@coder/tools/mcp';
import { type Actor, APPLICATION_LOGIN } from '../authorization/index.ts';

/** A call that a token may not make: of which tool, with which arguments, and what the client is told. */
export type RefusedCall = { readonly tool: Tool; readonly args: unknown; readonly error: ApiError };

/**
 * Finds, before anything of it runs, the call of a tool that an application's token may not use. The error names all the
 * scopes that a token would have to hold, so that the client can ask its user for just that. With an API token, also with one that
 * an application has made, there is nobody to ask and no sign-in to repeat; its call is answered by the tool itself, in words.
 */
export function findRefusedCall(
  actor: Actor,
  { tools }: Pick<Selection, 'tools'>,
  body: unknown,
): RefusedCall | undefined {
  if (actor.key.loginType !== APPLICATION_LOGIN) return undefined;
  for (const message of [body].flat()) {
    const { method, params } = (message ?? {}) as {
      method?: unknown;
      params?: { name?: unknown; arguments?: unknown };
    };
    if (method !== 'tools/call' || typeof params?.name !== 'string') continue;
    const tool = findTool(params.name);
    const missing = tool ? missingPermissions(tool, actor.key.permissions) : [];
    // More scopes would not help with a tool that the connection leaves out.
    if (!tool || missing.length === 0 || !tools.includes(tool)) continue;
    const needed = [...new Set(missing.map(scopeFor))];
    const error = new ApiError('INSUFFICIENT_SCOPE', {
      message: `This token does not have the ${needed.length === 1 ? 'scope' : 'scopes'} ${needed.map((scope) => `"${scope}"`).join(', ')} that ${tool.name} needs.`,
      detail: 'The user can allow more: connect the application again.',
      scopes: [...new Set([...actor.key.scopes, ...needed])],
    });
    return { tool, args: params.arguments, error };
  }
  return undefined;
}
