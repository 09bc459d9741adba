import { ApiError } from '@coder/api';
import { callTool, findTool, type Tool } from '@coder/tools';
import * as z from 'zod';
import type { HttpContext } from '../http/index.ts';
import type { CallAudit } from './call-audit.ts';
import { waitWithin } from './deadline.ts';
import type { McpDeps } from './deps.ts';
import { clientFor, type McpRequest } from './session.ts';

/** The query parameters of {@link listWorkspaces}. */
export const listQuery = ['q', 'limit', 'offset'] as const;

/** `GET …/workspaces`: the caller's workspaces in the REST contract's shape; `?q=`, `?limit=` and `?offset=` as there. */
export async function listWorkspaces(c: HttpContext, caller: McpRequest): Promise<Response> {
  const { q = 'owner:me', limit, offset } = c.req.query();
  return c.json(
    await caller.client.workspaces.list({
      q,
      ...(limit === undefined ? {} : { limit: wholeNumber('limit', limit) }),
      ...(offset === undefined ? {} : { offset: wholeNumber('offset', offset) }),
    }),
  );
}

function wholeNumber(field: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ApiError('VALIDATION_FAILED', { validations: [{ field, detail: 'must be a whole number' }] });
}

const executeBody = z.strictObject({
  command: z.string().min(1, 'must not be empty'),
  timeout_ms: z.int().min(1).optional(),
  background: z.boolean().optional(),
  idempotency_key: z.string().min(1).max(128).optional(),
});

/** `POST …/workspaces/{id or name}/execute`: what the bash tool does, with its answer as the body. */
export function createExecute(deps: McpDeps, audited: CallAudit) {
  const tool = findTool('coder_workspace_bash') as Tool;
  return async (c: HttpContext, caller: McpRequest, workspace: string): Promise<Response> => {
    const args = { workspace, ...(await readBody(c)) };
    const { result, failure } = await audited(caller, { tool, args, via: 'rest' }, (intent) =>
      callTool(tool, clientFor(deps, caller, { tool: tool.name, approvalWaitMs: 0, intent }), args, {
        permissions: caller.actor.key.permissions,
        signal: c.req.raw.signal,
        now: () => deps.clock.now().getTime(),
        waitMs: waitWithin(deps.settings.timeoutMs),
      }),
    );
    const text = result.content[0]?.text ?? '';
    if (result.isError !== true) return c.body(text, 200, { 'Content-Type': 'application/json' });
    if (failure instanceof ApiError) throw failure;
    throw new ApiError(codeFor(text), { message: text });
  };
}

/** The tool's own refusals are sentences; REST callers also want the status that fits. */
function codeFor(text: string): 'NOT_FOUND' | 'INSUFFICIENT_SCOPE' | 'WORKSPACE_NOT_RUNNING' {
  if (text.startsWith('No workspace')) return 'NOT_FOUND';
  return text.startsWith('This token may not') ? 'INSUFFICIENT_SCOPE' : 'WORKSPACE_NOT_RUNNING';
}

async function readBody(c: HttpContext): Promise<z.infer<typeof executeBody>> {
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch (cause) {
    throw new ApiError('BAD_REQUEST', { message: 'Request body must be valid JSON.', cause });
  }
  const parsed = executeBody.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError('VALIDATION_FAILED', {
    validations: parsed.error.issues.map((issue) => ({
      field: issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.'),
      detail: issue.code === 'unrecognized_keys' ? 'is not known' : issue.message,
    })),
  });
}
