import { createHash, randomBytes } from 'node:crypto';
import type { ApiClient } from '@coder/api';
import type { ProcessResult, StartProcessInput } from '@coder/api/agent';
import { OUTPUT_LIMIT } from '../present/output.ts';
import { ToolError } from '../tool-error.ts';

/**
 * The id of a process, chosen before it runs, so that it can be found whatever happens to the answer. The same
 * idempotency key gives the same id, and the agent starts one process for it.
 */
function processIdFor(idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return `p${randomBytes(6).toString('hex')}`;
  return `k${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 24)}`;
}

/**
 * Starts a shell command and waits for it. A command that had been started under the same idempotency key is waited
 * for and not started again; a different command under that key is refused.
 */
export async function runCommand(
  client: ApiClient,
  agent: string,
  command: string,
  options: Omit<StartProcessInput, 'id' | 'command'> & { idempotencyKey: string | undefined },
): Promise<ProcessResult> {
  const { idempotencyKey, ...rest } = options;
  const result = await client.processes.start({
    agent,
    id: processIdFor(idempotencyKey),
    command,
    max_output_bytes: OUTPUT_LIMIT,
    keep: 'ends',
    ...rest,
  });
  if (!result.started && result.process.command !== command) {
    throw new ToolError(
      `The idempotency key ${JSON.stringify(idempotencyKey)} belongs to another command: ${JSON.stringify(result.process.command.slice(0, 200))}. Use a new key.`,
    );
  }
  return result;
}
