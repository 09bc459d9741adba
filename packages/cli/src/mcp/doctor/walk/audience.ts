import { said } from '../http/refusal.ts';
import { ok, problem, type Verdict, warning } from '../report.ts';
import { askAuthorization, authorizeUrl } from './authorize.ts';
import type { Walk } from './walk.ts';

const elsewhere = 'https://elsewhere.example.com/mcp';

/** Whether tokens are for this deployment only (RFC 8707): none is given for another, and none of another is taken. */
export async function checkAudience(walk: Walk): Promise<Verdict[]> {
  const url = authorizeUrl(walk, { resource: elsewhere });
  if (url === undefined) return [];
  const verdicts: Verdict[] = [];
  const outcome = await askAuthorization(walk, url);
  if (outcome.kind === 'page' || outcome.kind === 'code') {
    verdicts.push(
      warning(
        'The authorization server is ready to give a token for the resource of another server.',
        'Update the server.',
      ),
    );
  }
  const stranger = await walk.strangersToken();
  if (stranger.reached && stranger.status < 300) {
    verdicts.push(
      problem(
        'The MCP endpoint takes a token that was not issued for it.',
        'Remove the token that the proxy adds, or update the server.',
      ),
    );
  } else if (stranger.reached && stranger.status !== 401) {
    verdicts.push(
      warning(
        `A token of another server is answered with ${said(stranger)} instead of 401, so clients do not sign in again.`,
        'Let the proxy leave the Authorization header and the status alone.',
      ),
    );
  }
  return verdicts.length > 0 ? verdicts : [ok('tokens are for this deployment only')];
}

/** A token in the form of a JWT that says it is for another server; nobody has signed it. */
export function strangersJwt(nowMs: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(nowMs / 1_000);
  const claims = { iss: 'https://elsewhere.example.com', aud: elsewhere, sub: 'nobody', exp: seconds + 600 };
  return `${part({ alg: 'ES256', typ: 'at+jwt' })}.${part(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`;
}
