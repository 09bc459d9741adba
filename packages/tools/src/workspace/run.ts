import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, ApiError, type ErrorCode } from '@coder/api';
import type { ProcessResult, StartProcessInput } from '@coder/api/agent';
import { OUTPUT_LIMIT } from '../present/output.ts';
import { describeFailure, ToolError } from '../tool-error.ts';

/**
 * The id of a process, chosen before it runs, so that it can be found whatever happens to the answer. The same
 * idempotency key gives the same id, and the agent starts one process for it.
 */
function processIdFor(idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return `p${randomBytes(6).toString('hex')}`;
  return `k${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 24)}`;
}

/** Failures of the way to the workspace, which do not tell whether what was asked for was done. */
const UNANSWERED: ReadonlySet<string> = new Set<ErrorCode>(['AGENT_UNREACHABLE', 'SERVER_UNREACHABLE']);

/** Between the TERM and the KILL of a command that nobody waits for any more. */
const KILL_AFTER_MS = 500;

/**
 * Starts a shell command and waits for it. A command that had been started under the same idempotency key is waited
 * for and not started again; a different command under that key is refused. When `cancelled` aborts, the command is ended.
 */
export async function runCommand(
  client: ApiClient,
  agent: string,
  command: string,
  options: Omit<StartProcessInput, 'id' | 'command'> & {
    idempotencyKey: string | undefined;
    cancelled?: AbortSignal | undefined;
  },
): Promise<ProcessResult> {
  const { idempotencyKey, cancelled, ...rest } = options;
  if (cancelled?.aborted) throw new ToolError('The call was cancelled before its command was started.');
  const id = processIdFor(idempotencyKey);
  const over = new AbortController();
  const cancel = () => void endCommand(client, agent, id, over.signal);
  cancelled?.addEventListener('abort', cancel, { once: true, signal: over.signal });
  const result = await client.processes
    .start({
      agent,
      id,
      command,
      max_output_bytes: OUTPUT_LIMIT,
      keep: 'ends',
      merge_stderr: true,
      ...rest,
    })
    .catch((error: unknown) => {
      throw withHandle(error, id);
    })
    .finally(() => over.abort());
  if (!result.started && result.process.command !== command) {
    throw new ToolError(
      `The idempotency key ${JSON.stringify(idempotencyKey)} belongs to another command: ${JSON.stringify(result.process.command.slice(0, 200))}. Use a new key.`,
    );
  }
  return result;
}

/** An answer that did not come says nothing about the command, which may go on: the caller is told where it finds it. */
function withHandle(error: unknown, id: string): unknown {
  if (!(error instanceof ApiError) || !UNANSWERED.has(error.code)) return error;
  const message = `${describeFailure(error)} If the command had begun it goes on: see coder_workspace_process_output (process_id "${id}").`;
  return new ToolError(message, { cause: error });
}

/** Ends a command whose caller has gone. It may not have reached the agent yet, and is then asked for again. */
async function endCommand(
  client: ApiClient,
  agent: string,
  process: string,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    try {
      await client.processes.signal({
        agent,
        process,
        signal: 'TERM',
        cancel: true,
        kill_after_ms: KILL_AFTER_MS,
      });
      return;
    } catch (error) {
      // Otherwise the command's own timeout ends it: there is nobody left to tell.
      if (!(error instanceof ApiError) || error.code !== 'NOT_FOUND') return;
      await pause(50);
    }
  }
}
