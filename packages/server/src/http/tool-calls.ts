import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type AuditEntry, type AuditOutcome, type AuditTrail, askedBy, callerFields } from './audit-draft.ts';
import { type CallIntent, createCallIntent } from './call-intent.ts';
import type { RequestContext } from './procedure.ts';
import { viaOf } from './via.ts';

/** A request that is a part of a tool call. */
export type CallPart = {
  /** The row of the whole call, for the first effect of any of its parts. */
  readonly intent: CallIntent;
  /** Says how this part ended; what the last one says stays. */
  ended(outcome: AuditOutcome): void;
};

/**
 * The tool calls of programs that serve MCP beside the server (`coder exp mcp server`): each is one or more requests whose headers
 * say which call they are a part of, and has one row of its own like the calls that the server takes itself.
 */
export type ToolCalls = {
  /** Undefined for a request that is no part of one. */
  partOf(context: RequestContext): CallPart | undefined;
};

export type ToolCallsOptions = {
  audit: AuditTrail;
  clock: Clock;
  /** Whether a tool only reads, by its annotations; false for one that is not known. */
  onlyReads(tool: string): boolean;
};

type Known = { intent: CallIntent; began: number; target: string };

/** The calls that are remembered: a call has few parts, soon after each other. One that is forgotten gets a second row. */
const MOST = 2_000;

export function createToolCalls({ audit, clock, onlyReads }: ToolCallsOptions): ToolCalls {
  const calls = new Map<string, Known>();

  function knownOf(key: string, entry: () => AuditEntry): Known {
    const known = calls.get(key) ?? {
      intent: createCallIntent(entry()),
      began: performance.now(),
      target: '',
    };
    // The one that was used last is forgotten last.
    calls.delete(key);
    calls.set(key, known);
    for (const oldest of calls.keys()) {
      if (calls.size <= MOST) break;
      calls.delete(oldest);
    }
    return known;
  }

  return {
    partOf({ actor, request }) {
      const { tool, call } = viaOf(request.headers);
      if (!actor || tool === undefined || call === undefined) return undefined;
      // Whoever says the same of another call gets no row less: all that is said is part of the key.
      const key = [actor.key.id, tool, call.id, call.argumentsDigest].join(' ');
      const known = knownOf(key, () => ({
        id: randomUUID(),
        time: clock.now(),
        ...askedBy(actor, request),
        action: onlyReads(tool) ? 'read' : 'execute',
        resourceType: 'mcp_tool',
        description: `tools/call ${tool}`,
        additionalFields: {
          ...callerFields(actor),
          tool,
          via: 'mcp stdio',
          arguments_sha256: call.argumentsDigest,
        },
      }));
      const { intent } = known;
      return {
        intent,
        ended({ statusCode, resourceTarget }) {
          if (resourceTarget !== '') known.target = resourceTarget;
          const outcome: AuditOutcome = {
            statusCode,
            durationMs: Math.round(performance.now() - known.began),
            resourceId: '',
            resourceTarget: known.target,
            diff: {},
            additionalFields: {
              ...intent.entry.additionalFields,
              result: statusCode < 400 ? 'ok' : 'error',
            },
          };
          if (intent.isWritten()) audit.settle(intent.entry, outcome);
          // Its row may still be on its way, since nothing had an effect.
          else
            void intent.write(audit).then(
              () => audit.settle(intent.entry, outcome),
              () => undefined,
            );
        },
      };
    },
  };
}
