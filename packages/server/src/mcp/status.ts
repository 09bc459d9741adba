import { MCP_PATH } from '@coder/api';
import { missingPermissions, toolsets } from '@coder/tools';
import type { Selection } from '@coder/tools/mcp';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import type { McpDeps } from './deps.ts';
import { selectionHeaders } from './selection.ts';
import type { McpRequest } from './session.ts';

/** The revision that is spoken without sessions; the library lists only the older ones. */
const MODERN_VERSION = '2026-07-28';

/** What a person sees who opens the MCP address with curl: that it works, as whom, and how a client connects. */
export function statusOf(
  deps: Pick<McpDeps, 'version' | 'accessUrl'>,
  { actor }: Pick<McpRequest, 'actor'>,
  selection: Selection,
): Record<string, unknown> {
  const { permissions, scopes } = actor.key;
  const url = `${deps.accessUrl}${MCP_PATH}`;
  return {
    name: 'Coder',
    version: deps.version,
    status: 'ok',
    user: { id: actor.user.id, username: actor.user.username },
    scopes,
    toolset: selection.toolset,
    toolsets,
    tools: selection.tools
      .filter((tool) => missingPermissions(tool, permissions).length === 0)
      .map((tool) => tool.name),
    protocol_versions: [MODERN_VERSION, ...SUPPORTED_PROTOCOL_VERSIONS],
    connect: {
      url,
      headers: { Authorization: 'Bearer <token>' },
      claude_code: `claude mcp add --transport http coder ${url} --header "Authorization: Bearer <token>"`,
      note: `MCP is spoken by POST to this address. Choose tools with ?toolset=, and fewer of them with the headers ${selectionHeaders.join(', ')}.`,
    },
  };
}
