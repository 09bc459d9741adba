import type { AuditAction, AuditResource } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { RequestContext } from './procedure.ts';

export type AuditDiff = Record<string, { old: unknown; new: unknown; secret: boolean }>;

/** What is known of a request when its audit row is first written. */
export type AuditEntry = {
  readonly id: string;
  readonly time: Date;
  readonly requestId: string;
  readonly userId: string | undefined;
  readonly username: string;
  readonly email: string;
  readonly apiKeyId: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly action: AuditAction;
  readonly resourceType: AuditResource;
  /** The route as people know it: `POST /users/{user}/workspaces`. */
  readonly description: string;
  /** What else is known beforehand; an outcome adds its own. */
  readonly resourceTarget?: string;
  readonly additionalFields?: Readonly<Record<string, unknown>>;
};

/** What is known when it has been answered. */
export type AuditOutcome = {
  readonly statusCode: number;
  readonly durationMs: number;
  readonly resourceId: string;
  readonly resourceTarget: string;
  readonly diff: AuditDiff;
  readonly additionalFields: Readonly<Record<string, unknown>>;
  /** Who it turned out to be, where that was not known before (a sign-in). */
  readonly user?: { readonly id: string; readonly username: string; readonly email: string } | undefined;
};

/** Where audit rows go. */
export type AuditTrail = {
  /** Resolves when the row is committed, before anything happens; rejects when it cannot be. */
  intend(entry: AuditEntry): Promise<void>;
  /** Adds the outcome to an intended row, behind the answer. */
  settle(entry: AuditEntry, outcome: AuditOutcome): void;
  /** Writes a whole row behind the answer, for what has no effect. */
  record(entry: AuditEntry, outcome: AuditOutcome): void;
};

export type AuditDraft = RequestContext['audit'] & {
  outcome(statusCode: number, durationMs: number): AuditOutcome;
};

/**
 * By what a user acted: an application or an API token, by its name. Keys are replaced and deleted while their rows stay, so
 * the names are kept with each row.
 */
export function callerFields(actor: Actor | undefined): Record<string, string> {
  const { application, tokenName } = actor?.key ?? {};
  return {
    ...(application ? { application: application.name, application_id: application.id } : {}),
    ...(tokenName === undefined ? {} : { token: tokenName }),
  };
}

/** What an audit row of something that a user asked for says of the user and the request. */
export function askedBy(
  { user, key }: Actor,
  { id, ip, userAgent }: Pick<RequestContext['request'], 'id' | 'ip' | 'userAgent'>,
) {
  return {
    requestId: id,
    userId: user.id,
    username: user.username,
    email: user.email,
    apiKeyId: key.id,
    ip,
    userAgent: userAgent.slice(0, 256),
  };
}

/** A value longer than this says nothing more to a reader of the log. */
const longestValue = 1_000;

/** Collects what a handler has to say for its audit row. A value marked as secret is never kept. */
export function createAuditDraft(): AuditDraft {
  let resourceId = '';
  let resourceTarget = '';
  let user: AuditOutcome['user'];
  const diff: AuditDiff = {};
  const additionalFields: Record<string, unknown> = {};
  return {
    target(id, name) {
      resourceId = id;
      resourceTarget = name;
    },
    diff(field, from, to, secret = false) {
      diff[field] = secret
        ? { old: '', new: '', secret: true }
        : { old: shorten(from), new: shorten(to), secret: false };
    },
    field(name, value) {
      additionalFields[name] = shorten(value);
    },
    actor(signedIn) {
      user = signedIn;
    },
    outcome: (statusCode, durationMs) => ({
      statusCode,
      durationMs: Math.round(durationMs),
      resourceId,
      resourceTarget,
      diff,
      additionalFields,
      user,
    }),
  };
}

function shorten(value: unknown): unknown {
  return typeof value === 'string' && value.length > longestValue
    ? `${value.slice(0, longestValue)}…`
    : (value ?? null);
}
