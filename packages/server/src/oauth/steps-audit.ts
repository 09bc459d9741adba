import { randomUUID } from 'node:crypto';
import type { AuditAction, AuditResource } from '@coder/api';
import type { Clock } from '../clock.ts';
import { type AuditEntry, type AuditTrail, type HttpContext, intend } from '../http/index.ts';
import type { Logger } from '../logger.ts';

/** One step between an application and the authorization server, as its audit row names it. */
export type Step = {
  name: string;
  action: AuditAction;
  resource: AuditResource;
  /** What the request says about itself: which client, which grant type. Never a code, a token or a secret. */
  fields: Record<string, string>;
  /**
   * Most likely nothing comes of it: there is a row only if something does, which has to be said by `begin`, or if it is
   * refused for good.
   */
  isPoll?: boolean;
};

export type AuditStep = (
  c: HttpContext,
  step: Step,
  run: (facts: StepFacts, begin: () => Promise<void>) => Promise<Response>,
) => Promise<Response>;

/** What turned out while the step was taken. */
export type StepFacts = { userId?: string; username?: string; application?: string; error?: string };

/**
 * Writes the steps that applications take: the intent before the effect, the outcome behind the answer. A step that is
 * refused says why in one line of the log as well, since clients seldom show it to anybody. Throws OVERLOADED when the intent
 * cannot be written; then nothing has been done.
 */
export function createStepAudit(deps: { audit: AuditTrail; clock: Clock; log: Logger }): AuditStep {
  const { audit, clock, log } = deps;
  return async (c, { name, action, resource, fields, isPoll = false }, run) => {
    const info = c.get('requestInfo');
    const entry: AuditEntry = {
      id: randomUUID(),
      time: clock.now(),
      requestId: info.id,
      userId: undefined,
      username: '',
      email: '',
      apiKeyId: '',
      ip: info.ip,
      userAgent: info.userAgent.slice(0, 256),
      action,
      resourceType: resource,
      description: name,
    };
    let intent: Promise<void> | undefined;
    const begin = () => {
      intent ??= intend(deps, entry);
      return intent;
    };
    if (action !== 'read' && !isPoll) await begin();
    const started = performance.now();
    const facts: StepFacts = {};
    let status = 500;
    try {
      const response = await run(facts, begin);
      // Whatever was made of it on the way, nothing was done without the row.
      await intent;
      status = response.status;
      return response;
    } finally {
      const outcome = {
        statusCode: status,
        durationMs: Math.round(performance.now() - started),
        resourceId: shorten(fields.client_id ?? ''),
        resourceTarget: facts.application ?? '',
        diff: {},
        additionalFields: {
          ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, shorten(value)])),
          ...(facts.error === undefined ? {} : { error: facts.error }),
        },
        ...(facts.userId === undefined
          ? {}
          : { user: { id: facts.userId, username: facts.username ?? '', email: '' } }),
      };
      const onlyWaits = isPoll && waits.test(facts.error ?? '');
      if (intent !== undefined) audit.settle(entry, outcome);
      else if (!onlyWaits) audit.record(entry, outcome);
      if (facts.error !== undefined && !onlyWaits) {
        log.info(
          { requestId: info.id, step: name, ...outcome.additionalFields, ip: info.ip },
          'OAuth2 refused',
        );
      }
    }
  };
}

const waits = /^(authorization_pending|slow_down):/;
const shorten = (value: string): string => (value.length > 256 ? `${value.slice(0, 256)}…` : value);
