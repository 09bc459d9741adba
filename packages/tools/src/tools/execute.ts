import * as z from 'zod';
import { MAX_WAIT_MS, startBudget } from '../budget.ts';
import { durationText, goDuration, parseWait } from '../duration.ts';
import { endNote, exitCodeOf, NOT_TEXT_NOTE, presentOutput } from '../present/output.ts';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { actingToolsets, defineTool, destroys } from '../tool-parts.ts';
import { idempotencyArgument, workspaceArgument } from '../workspace/arguments.ts';
import { enterWorkspace } from '../workspace/open.ts';
import { runCommand } from '../workspace/run.ts';
import { howToGoOn } from './bash.ts';

const MAX_TIMEOUT_MS = 300_000;

export const workspaceExecute = defineTool({
  name: 'coder_workspace_execute',
  title: 'Execute a command',
  description:
    'Run a command in a workspace (started if stopped) that is never killed: if it has not ended after timeout, it goes on and background_process_id is returned.',
  toolsets: actingToolsets,
  permissions: ['workspace:read', 'workspace:ssh'],
  annotations: destroys,
  input: z.strictObject({
    workspace: workspaceArgument,
    command: z
      .string()
      .min(1, 'command cannot be empty')
      .refine((command) => !command.includes('\0'), 'must have no NUL'),
    timeout: durationText
      .optional()
      .describe('How long to wait, as in "30s". Default 10s, answers within 45s'),
    workdir: z.string().optional(),
    run_in_background: z.boolean().optional(),
    idempotency_key: idempotencyArgument,
  }),
  handler: async (client, args, context) => {
    const timeout = parseWait(args.timeout ?? '10s') as number;
    if (timeout > MAX_TIMEOUT_MS) {
      throw new ToolError(
        `timeout ${goDuration(timeout)} exceeds the maximum of ${goDuration(MAX_TIMEOUT_MS)}; use run_in_background=true and coder_workspace_process_output for longer commands`,
      );
    }
    const budget = startBudget(context);
    const { agent } = await enterWorkspace(client, args.workspace, context, budget);
    const promoted = promote(args.command);
    const background = args.run_in_background === true || promoted !== undefined;
    const command = promoted ?? args.command;
    const { process, output } = await runCommand(client, agent.id, command, {
      idempotencyKey: args.idempotency_key,
      ...(args.workdir === undefined ? {} : { cwd: args.workdir }),
      wait_ms: background ? 0 : budget.left(Math.min(timeout, MAX_WAIT_MS)),
      label: 'coder_workspace_execute',
    });
    const presented = presentOutput(output, process.id);
    const exitCode = exitCodeOf(process);
    const ended = exitCode !== undefined;
    const notes = [
      promoted === undefined ? undefined : 'The trailing & was taken as run_in_background.',
      presented.notText ? NOT_TEXT_NOTE : undefined,
      ended ? endNote(process) : howToGoOn(process, output.next_cursor),
    ].filter((note) => note !== undefined);
    return jsonResult({
      success: ended ? exitCode === 0 : background,
      ...(presented.text === '' ? {} : { output: presented.text }),
      exit_code: exitCode ?? -1,
      wall_duration_ms: Math.round(process.duration_ms),
      ...(presented.omittedBytes > 0 ? { truncated: true } : {}),
      ...(ended
        ? { process_id: process.id }
        : {
            background_process_id: process.id,
            running: true,
            ...(background ? { backgrounded: true } : {}),
          }),
      ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
    });
  },
});

/** The command before a trailing `&`, which asks for the background; undefined when there is none. */
function promote(command: string): string | undefined {
  const match = /^(.*[^&|\\\s])\s*&\s*$/s.exec(command);
  return match?.[1];
}
