import type { Process } from '@coder/api/agent';
import * as z from 'zod';
import { startBudget } from '../budget.ts';
import { durationText, parseWait } from '../duration.ts';
import { endNote, exitCodeOf, NOT_TEXT_NOTE, OUTPUT_LIMIT, presentOutput } from '../present/output.ts';
import { jsonResult } from '../result.ts';
import { dailyActing, dailyReading, defineTool, destroys, readingToolsets, reads } from '../tool-parts.ts';
import { workspaceArgument } from '../workspace/arguments.ts';
import { lookThroughAgent } from '../workspace/open.ts';
import { howToGoOn } from './bash.ts';

const permissions = ['workspace:read', 'workspace:ssh'] as const;
const processId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    'is not a process id; list them with coder_workspace_process_list',
  );

export const processOutput = defineTool({
  name: 'coder_workspace_process_output',
  title: 'Read output of a process',
  description:
    'Output and state of a process. Without after: the beginning and end of all output. Waits up to wait_timeout for the end, or, with after, for new output.',
  toolsets: dailyReading,
  permissions,
  annotations: reads,
  input: z.strictObject({
    workspace: workspaceArgument,
    process_id: processId,
    wait_timeout: durationText.optional().describe('Default 10s, "0s" does not wait, at most 45s'),
    after: z.int().min(0).optional().describe('Byte to read on from'),
    limit: z.int().min(1).optional().describe('Bytes, default 32768'),
  }),
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const { agent } = await lookThroughAgent(client, args.workspace);
    const paged = args.after !== undefined;
    const wait = parseWait(args.wait_timeout ?? '10s') as number;
    const at = { agent: agent.id, process: args.process_id };
    const output = await client.processes.output({
      ...at,
      after: args.after ?? 0,
      limit: Math.max(16, Math.min(args.limit ?? OUTPUT_LIMIT, 4 * OUTPUT_LIMIT)),
      wait_ms: budget.left(wait),
      wait_for: paged ? 'output' : 'end',
      keep: paged ? 'head' : 'ends',
    });
    const process = await client.processes.get(at);
    const presented = presentOutput(output, process.id);
    const exitCode = exitCodeOf(process);
    const more = output.next_cursor < output.output_bytes;
    const notes = [
      presented.notText ? NOT_TEXT_NOTE : undefined,
      exitCode === undefined ? howToGoOn(process, output.next_cursor) : endNote(process),
    ].filter((note) => note !== undefined);
    return jsonResult({
      output: presented.text,
      running: exitCode === undefined,
      ...(exitCode === undefined ? {} : { exit_code: exitCode }),
      ...(process.timed_out ? { timed_out: true } : {}),
      wall_duration_ms: Math.round(process.duration_ms),
      output_bytes: output.output_bytes,
      ...(more || exitCode === undefined ? { next_after: output.next_cursor } : {}),
      ...(presented.omittedBytes > 0 ? { truncated: true } : {}),
      ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
    });
  },
});

/** How many processes and how much of a command a list shows. */
const LIST_LIMIT = 50;
const COMMAND_LENGTH = 200;

export const processList = defineTool({
  name: 'coder_workspace_process_list',
  title: 'List processes',
  description: 'Processes started by these tools in a workspace, newest first.',
  toolsets: readingToolsets,
  permissions,
  annotations: reads,
  input: z.strictObject({
    workspace: workspaceArgument,
    state: z.enum(['running', 'exited']).optional(),
  }),
  handler: async (client, args) => {
    const { agent } = await lookThroughAgent(client, args.workspace);
    const { processes } = await client.processes.list({
      agent: agent.id,
      ...(args.state === undefined ? {} : { state: args.state }),
    });
    const left = processes.length - LIST_LIMIT;
    return jsonResult({
      processes: processes.slice(0, LIST_LIMIT).map(presentProcess),
      ...(left > 0 ? { note: `${left} older ones are left out; narrow with state "running".` } : {}),
    });
  },
});

export const processSignal = defineTool({
  name: 'coder_workspace_process_signal',
  title: 'End a process',
  description: 'End a process and its children: terminate asks (TERM), kill forces.',
  toolsets: dailyActing,
  permissions,
  annotations: destroys,
  input: z.strictObject({
    workspace: workspaceArgument,
    process_id: processId,
    signal: z.enum(['terminate', 'kill']),
  }),
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const { agent } = await lookThroughAgent(client, args.workspace);
    const process = await client.processes.signal({
      agent: agent.id,
      process: args.process_id,
      signal: args.signal === 'kill' ? 'KILL' : 'TERM',
      cancel: true,
      wait_ms: budget.left(5_000),
    });
    const running = process.state === 'running';
    return jsonResult({
      success: true,
      ...presentProcess(process),
      ...(running ? { note: 'It has not ended yet. Wait, or use signal "kill".' } : {}),
    });
  },
});

function presentProcess(process: Process): Record<string, unknown> {
  const exitCode = exitCodeOf(process);
  return {
    process_id: process.id,
    command:
      process.command.length > COMMAND_LENGTH
        ? `${process.command.slice(0, COMMAND_LENGTH)}…`
        : process.command,
    running: exitCode === undefined,
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(process.left_running ? { left_running: true } : {}),
    started_at: process.started_at,
    wall_duration_ms: Math.round(process.duration_ms),
    output_bytes: process.output_bytes,
  };
}
