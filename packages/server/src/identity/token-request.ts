import {
  ApiError,
  canonicalScope,
  type createTokenSchema,
  expandScopes,
  isPublicScope,
  nearest,
  publicScopes,
  resourceActions,
  SCOPE_ALL,
  type Validation,
} from '@coder/api';
import type * as z from 'zod';
import { type Actor, allowListContains } from '../authorization/index.ts';

export type CreateToken = z.infer<typeof createTokenSchema>;

export type TokenLimits = {
  /** Milliseconds. */
  defaultLifetimeMs: number;
  maxLifetimeMs: number;
};

/** What a token is to carry. */
export type TokenGrant = { scopes: string[]; allowList: string[]; lifetimeSeconds: number };

/**
 * Checks a request for a token: every name known, the lifetime within the limits, and nothing in it that the key which asks
 * does not have. What is left out is taken from that key. `until` is when what the key hangs on ends.
 */
export function checkTokenRequest(
  actor: Actor,
  input: CreateToken,
  limits: TokenLimits,
  { now, until }: { now: Date; until?: Date | undefined },
): TokenGrant {
  const problems: Validation[] = [];
  const asked = askedScopes(input);
  asked.forEach(({ name, field }) => {
    if (!isPublicScope(name)) {
      const guess = nearest(name, publicScopes);
      problems.push({
        field,
        detail: `unknown scope "${name}"${guess === undefined ? '.' : `; did you mean "${guess}"?`} GET /api/v2/auth/scopes lists them all`,
      });
    }
  });
  input.allow_list?.forEach((entry, index) => {
    const type = entry.slice(0, entry.indexOf(':'));
    if (type !== '*' && !Object.hasOwn(resourceActions, type)) {
      problems.push({
        field: `allow_list[${index}]`,
        detail: `unknown resource type "${type}"; the types are ${Object.keys(resourceActions).join(', ')}`,
      });
    }
  });
  const leftMs = until === undefined ? Number.POSITIVE_INFINITY : until.getTime() - now.getTime();
  const lifetimeMs = input.lifetime ? input.lifetime / 1e6 : Math.min(limits.defaultLifetimeMs, leftMs);
  if (lifetimeMs > limits.maxLifetimeMs) {
    problems.push({
      field: 'lifetime',
      detail: `must be at most ${limits.maxLifetimeMs * 1e6} nanoseconds (${Math.floor(limits.maxLifetimeMs / 3_600_000)} hours)`,
    });
  }
  if (lifetimeMs > leftMs) {
    problems.push({
      field: 'lifetime',
      detail: `must end by ${until?.toISOString()}, when the connection of the application that asks ends; for a longer one sign in to the dashboard`,
    });
  }
  if (lifetimeMs < 1_000) {
    problems.push({ field: 'lifetime', detail: 'must be at least 1000000000 nanoseconds (1 second)' });
  }
  if (problems.length > 0) throw new ApiError('VALIDATION_FAILED', { validations: problems });
  const scopes =
    asked.length > 0 ? [...new Set(asked.map(({ name }) => canonicalScope(name)))] : [...actor.key.scopes];
  const allowList = input.allow_list?.length ? [...new Set(input.allow_list)] : [...actor.key.allowList];
  refuseMore(actor, scopes, allowList);
  return { scopes, allowList, lifetimeSeconds: Math.floor(lifetimeMs / 1_000) };
}

/** `scopes`, or else the one name of the older `scope`. */
function askedScopes({ scopes, scope }: CreateToken): { name: string; field: string }[] {
  if (scopes?.length) return scopes.map((name, index) => ({ name, field: `scopes[${index}]` }));
  return scope ? [{ name: scope, field: 'scope' }] : [];
}

/** A key never makes one that can do more than itself. */
function refuseMore(actor: Actor, scopes: readonly string[], allowList: readonly string[]): void {
  const { permissions } = actor.key;
  const more = scopes.filter((scope) => {
    if (permissions === 'all') return false;
    const wanted = expandScopes([scope]);
    return wanted === 'all' || [...wanted].some((permission) => !permissions.has(permission));
  });
  if (more.length > 0) {
    throw new ApiError('INSUFFICIENT_SCOPE', {
      message: `This token cannot make one with the scope ${more.map((scope) => `"${scope}"`).join(', ')}, which it does not have itself. Use a token with the scope "${SCOPE_ALL}".`,
    });
  }
  if (!allowListContains(actor.key.allowList, allowList)) {
    throw new ApiError('INSUFFICIENT_SCOPE', {
      message: `This token cannot make one that reaches further than its own allow list: ${actor.key.allowList.join(', ')}.`,
    });
  }
}
