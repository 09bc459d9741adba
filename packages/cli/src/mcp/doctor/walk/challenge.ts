import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client';
import type { Answer } from '../http/http.ts';

/** What a refusal tells a client, read as the MCP SDK reads it. */
export function challengeOf({ headers, status }: Pick<Answer, 'headers' | 'status'>) {
  return extractWWWAuthenticateParams(new Response(null, { status, headers }));
}
