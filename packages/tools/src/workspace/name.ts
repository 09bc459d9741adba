import { isUuid } from '@coder/api';
import { ToolError } from '../tool-error.ts';

/** A workspace as a caller names it. */
export type WorkspaceName =
  | { kind: 'id'; id: string; agent?: string }
  | { kind: 'name'; owner: string; name: string; agent?: string };

/**
 * Reads upstream's forms: `workspace`, `workspace.agent`, `owner/workspace`, `owner--workspace`, both with `.agent`,
 * `agent.workspace.owner` (two dots and no separator), and the id. A missing owner is the caller.
 */
export function parseWorkspaceName(input: string): WorkspaceName {
  const text = input.trim();
  if (text === '') throw new ToolError('workspace name cannot be empty');
  const [id = '', agentOfId, ...more] = text.split('.');
  if (isUuid(id) && more.length === 0) {
    return { kind: 'id', id: id.toLowerCase(), ...(agentOfId ? { agent: agentOfId } : {}) };
  }
  const slashed = text.replaceAll('--', '/');
  const pieces = slashed.split('/');
  if (pieces.length > 2) throw invalid(input);
  if (pieces.length === 1) {
    const dots = slashed.split('.');
    if (dots.length === 3) {
      const [agent, name, owner] = dots as [string, string, string];
      return named(input, owner, name, agent);
    }
  }
  const [name = '', agent, ...rest] = (pieces.at(-1) ?? '').split('.');
  if (rest.length > 0) throw invalid(input);
  return named(input, pieces.length === 2 ? (pieces[0] as string) : 'me', name, agent);
}

function named(input: string, owner: string, name: string, agent: string | undefined): WorkspaceName {
  if (owner === '' || name === '' || agent === '') throw invalid(input);
  return { kind: 'name', owner, name, ...(agent === undefined ? {} : { agent }) };
}

const invalid = (input: string): ToolError =>
  new ToolError(
    `Invalid workspace name ${JSON.stringify(input)}. Write "workspace", "owner/workspace" or "owner/workspace.agent".`,
  );
