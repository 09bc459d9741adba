import { createHash, randomUUID } from 'node:crypto';
import { ApiError } from '@coder/api';
import type { CallOutcome, Tool } from '@coder/tools';
import { type AuditEntry, askedBy, type CallIntent, callerFields, createCallIntent } from '../http/index.ts';
import type { McpDeps } from './deps.ts';
import type { McpRequest } from './session.ts';

/** Makes the audit row of every tool call. `run` is given that row, for the clients through which the call is made. */
export type CallAudit = (
  request: McpRequest,
  call: { tool: Pick<Tool, 'name' | 'annotations'>; args: unknown; via: string },
  run: (intent: CallIntent) => Promise<CallOutcome>,
) => Promise<CallOutcome>;

/**
 * A call's row says which tool, in which workspace, with which arguments (as a digest: they may hold secrets) and how it
 * ended. It is written together with the row of the first route that has an effect, before that effect; for a call that
 * has none, behind its answer.
 */
export function createCallAudit({ audit, clock }: Pick<McpDeps, 'audit' | 'clock'>): CallAudit {
  return async (request, { tool, args, via }, run) => {
    const known = {
      resourceTarget: workspaceOf(args),
      additionalFields: {
        ...callerFields(request.actor),
        tool: tool.name,
        via,
        arguments_sha256: digest(args),
      },
    };
    const entry = { ...entryOf(request, tool, clock.now()), ...known };
    const intent = createCallIntent(entry);
    const started = performance.now();
    const outcome = await run(intent);
    const ended = {
      statusCode: statusOf(outcome),
      durationMs: Math.round(performance.now() - started),
      resourceId: '',
      resourceTarget: known.resourceTarget,
      diff: {},
      additionalFields: {
        ...known.additionalFields,
        result: outcome.result.isError === true ? 'error' : 'ok',
      },
    };
    if (intent.isWritten()) audit.settle(entry, ended);
    else audit.record(entry, ended);
    return outcome;
  };
}

function entryOf(
  { actor, info }: McpRequest,
  tool: Pick<Tool, 'name' | 'annotations'>,
  time: Date,
): AuditEntry {
  return {
    id: randomUUID(),
    time,
    ...askedBy(actor, info),
    action: tool.annotations.readOnlyHint ? 'read' : 'execute',
    resourceType: 'mcp_tool',
    description: `tools/call ${tool.name}`,
  };
}

function statusOf({ result, failure }: CallOutcome): number {
  if (failure instanceof ApiError) return failure.status;
  return result.isError === true ? 400 : 200;
}

function workspaceOf(args: unknown): string {
  if (typeof args !== 'object' || args === null) return '';
  const { workspace, workspace_id, name } = args as Record<string, unknown>;
  const named = workspace ?? workspace_id ?? name;
  return typeof named === 'string' ? named.slice(0, 256) : '';
}

const digest = (args: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(args ?? {}))
    .digest('hex');
