import type { ApiClient } from '@coder/api';
import type { Process, ProcessResult } from '@coder/api/agent';
import * as z from 'zod';
import { startBudget } from '../budget.ts';
import { endNote, exitCodeOf, NOT_TEXT_NOTE, presentOutput } from '../present/output.ts';
import { jsonResult } from '../result.ts';
import type { ToolContext } from '../tool.ts';
import { dailyActing, defineTool, destroys } from '../tool-parts.ts';
import { idempotencyArgument, workspaceArgument } from '../workspace/arguments.ts';
import { enterWorkspace } from '../workspace/open.ts';
import { runCommand } from '../workspace/run.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
/** How long a background command is watched when the caller does not say: long enough to see it fail at once. */
const BACKGROUND_WATCH_MS = 2_000;
/** Between the TERM and the KILL of a command whose time is up. */
const KILL_GRACE_MS = 500;
/** What the agent needs after the timeout to report the end. */
const END_MARGIN_MS = 250;

const input = z.strictObject({
  workspace: workspaceArgument,
  command: z
    .string()
    .min(1, 'command cannot be empty')
    .refine((command) => !command.includes('\0'), 'must have no NUL')
    .describe('Shell command'),
  timeout_ms: z
    .int()
    .max(2_147_483_647)
    .optional()
    .describe('Ends the command and its children. Default 60000. With background: how long to watch it'),
  background: z.boolean().optional().describe('Let it run on after this call'),
  idempotency_key: idempotencyArgument,
});

export type BashResult = {
  output: string;
  exit_code: number;
  process_id: string;
  running?: true;
  truncated?: true;
  note?: string;
};

export const workspaceBash = defineTool({
  name: 'coder_workspace_bash',
  title: 'Run a shell command',
  description:
    'Run a shell command in a workspace (started if stopped) and return its output and exit code. One that takes over 45 s goes on, and a process_id is returned to follow it with coder_workspace_process_output. Prefer the file tools for files.',
  toolsets: dailyActing,
  permissions: ['workspace:read', 'workspace:ssh'],
  annotations: destroys,
  input,
  handler: async (client, args, context) => jsonResult(await runBash(client, args, context)),
});

/** Runs a shell command as the bash tool does; also the REST convenience stands on it. */
export async function runBash(
  client: ApiClient,
  args: z.output<typeof input>,
  context: ToolContext,
): Promise<BashResult> {
  const budget = startBudget(context);
  const { agent } = await enterWorkspace(client, args.workspace, context, budget);
  // As upstream: zero and below stand for the default.
  const timeout = args.timeout_ms !== undefined && args.timeout_ms > 0 ? args.timeout_ms : undefined;
  const background = args.background === true;
  const limit = timeout ?? DEFAULT_TIMEOUT_MS;
  const result = await runCommand(client, agent.id, args.command, {
    idempotencyKey: args.idempotency_key,
    ...(background ? {} : { timeout_ms: limit, on_timeout: 'kill', kill_grace_ms: KILL_GRACE_MS }),
    wait_ms: budget.left(
      background ? (timeout ?? BACKGROUND_WATCH_MS) : limit + KILL_GRACE_MS + END_MARGIN_MS,
    ),
    label: 'coder_workspace_bash',
    // What was given a key is asked for again, and what is to run on does so.
    cancelled: background || args.idempotency_key !== undefined ? undefined : context.signal,
  });
  return presentRun(result, background);
}

function presentRun({ process, output }: ProcessResult, background: boolean): BashResult {
  const presented = presentOutput(output, process.id);
  const text = withoutLastBreaks(presented.text);
  const notes = [presented.notText ? NOT_TEXT_NOTE : undefined];
  const common = {
    process_id: process.id,
    ...(presented.omittedBytes > 0 ? { truncated: true as const } : {}),
  };
  const exitCode = exitCodeOf(process);
  if (exitCode === undefined) {
    return {
      output: background ? joined(text, 'Command continues running in background') : text,
      // Upstream's code for a command that goes on; -1 where upstream would have waited.
      exit_code: background ? 124 : -1,
      ...common,
      running: true,
      ...noted([...notes, howToGoOn(process, output.next_cursor)]),
    };
  }
  return {
    output: exitCode === 124 && process.timed_out ? joined(text, 'Command canceled due to timeout') : text,
    exit_code: exitCode,
    ...common,
    ...noted([...notes, endNote(process)]),
  };
}

/** As `$(…)` in a shell gives it: the space at the beginning of a line says something (`git status --short`, a table, a diff). */
function withoutLastBreaks(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}

/** What a caller does with a command that goes on. */
export function howToGoOn(process: Process, cursor: number): string {
  const limit = process.timeout_ms === null ? '' : ` It is ended ${process.timeout_ms} ms after its start.`;
  return `Still running. Follow it with coder_workspace_process_output (process_id "${process.id}", after ${cursor}); end it with coder_workspace_process_signal.${limit}`;
}

const joined = (text: string, line: string): string => (text === '' ? line : `${text}\n${line}`);
const noted = (notes: readonly (string | undefined)[]): { note?: string } => {
  const note = notes.filter((text) => text !== undefined).join(' ');
  return note === '' ? {} : { note };
};
