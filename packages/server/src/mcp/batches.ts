/** The only revision that knows batches. It has no header for its own name, so a request without one counts as it. */
const WITH_BATCHES = '2025-03-26';

/** How many requests a body holds that each ask for an answer. */
export function requestsIn(body: unknown): number {
  if (!Array.isArray(body)) return 1;
  return body.filter((message: { method?: unknown; id?: unknown } | null) => {
    return typeof message?.method === 'string' && message.id !== undefined;
  }).length;
}

/** Why the batch in a body is not taken; undefined for a body that is none, or is one of the revision that has them. */
export function batchProblem(body: unknown, headers: Headers): string | undefined {
  if (!Array.isArray(body)) return undefined;
  const version = headers.get('mcp-protocol-version');
  if (version === null || version === WITH_BATCHES) return undefined;
  return `Invalid Request: MCP ${version} has no batches. Send each message in a request of its own.`;
}
