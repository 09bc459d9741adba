import * as z from 'zod';
import { Environment } from './manifest.ts';

export const ProcessId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    'must be 1 to 128 of A-Z a-z 0-9 . _ -, beginning with a letter or digit',
  );

export const TerminalSize = z.strictObject({
  width: z.int().min(1).max(2000),
  height: z.int().min(1).max(2000),
});
export type TerminalSize = z.infer<typeof TerminalSize>;

const noNul = /^[^\0]*$/;
/** The longest that one call waits; a caller asks again. */
export const MAX_WAIT_MS = 300_000;
/** The most output that one answer holds; the rest is read by cursor. */
export const MAX_OUTPUT_BYTES = 1024 * 1024;

/** How an answer that is too small for all the output is filled. `ends`: half from the beginning, half from the end. */
export const OutputKeep = z.enum(['head', 'tail', 'ends']);
export type OutputKeep = z.infer<typeof OutputKeep>;

export const OutputEncoding = z.enum(['text', 'base64']);

export const StartProcess = z
  .strictObject({
    /** The same id again returns the same process and starts nothing. Without it the agent chooses one. */
    id: ProcessId.optional(),
    /** Run by `bash -c`, or `sh -c` where there is no bash. Exactly one of `command` and `argv`. */
    command: z.string().min(1).regex(noNul, 'must have no NUL').optional(),
    argv: z
      .array(z.string().regex(noNul, 'must have no NUL'))
      .min(1)
      // Arguments may be empty; the program that takes them may not.
      .superRefine(([program], ctx) => {
        if (program === '') ctx.addIssue({ code: 'custom', message: 'must name a program', path: [0] });
      })
      .optional(),
    /** Absolute, `~/…`, or relative to the manifest's directory, which is also the default. */
    cwd: z.string().regex(noNul, 'must have no NUL').optional(),
    /** Added to the workspace's environment. */
    env: Environment.default({}),
    stdin: z.enum(['none', 'pipe']).default('none'),
    /** As `2>&1`: what it writes to stderr comes as stdout, in the order in which all was written. Between two streams that order is lost. */
    merge_stderr: z.boolean().default(false),
    /** With it the process gets a terminal, its output is one stream, and its environment is interactive. */
    pty: TerminalSize.optional(),
    /** Without it there is no limit. */
    timeout_ms: z.int().min(1).max(2_147_483_647).optional(),
    /** At the timeout: `kill` ends the whole process group; `continue` only marks it `timed_out`. */
    on_timeout: z.enum(['kill', 'continue']).default('kill'),
    /** Between TERM and KILL, at a timeout. */
    kill_grace_ms: z.int().min(0).max(60_000).default(1_000),
    /** Answer when it has ended, or after this long. */
    wait_ms: z.int().min(0).max(MAX_WAIT_MS).default(0),
    /** How much output the answer may hold. */
    max_output_bytes: z.int().min(16).max(MAX_OUTPUT_BYTES).default(65_536),
    keep: OutputKeep.default('ends'),
    encoding: OutputEncoding.default('text'),
    /** For people: who started it, or why. */
    label: z.string().max(256).optional(),
  })
  .refine((p) => (p.command === undefined) !== (p.argv === undefined), {
    message: 'give exactly one of command and argv',
    path: ['command'],
  });
export type StartProcess = z.infer<typeof StartProcess>;
export type StartProcessInput = z.input<typeof StartProcess>;

export const EndReason = z.enum(['exit', 'signal', 'timeout', 'oom', 'canceled']);
export type EndReason = z.infer<typeof EndReason>;

export const Process = z.object({
  id: z.string(),
  pid: z.int().nullable(),
  /** The shell command, or the argv joined for people. */
  command: z.string(),
  argv: z.array(z.string()).nullable(),
  cwd: z.string(),
  pty: z.boolean(),
  stdin: z.enum(['none', 'open', 'closed']),
  label: z.string().nullable(),
  state: z.enum(['running', 'exited']),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  duration_ms: z.number(),
  /** null while it runs, and when a signal ended it. */
  exit_code: z.int().nullable(),
  /** As in `SIGKILL`; null unless a signal ended it. */
  signal: z.string().nullable(),
  end_reason: EndReason.nullable(),
  timeout_ms: z.int().nullable(),
  /** The timeout passed while it ran. */
  timed_out: z.boolean(),
  /** How many processes besides itself a timeout, a cancel or a signal was sent to. */
  killed_descendants: z.int(),
  /** All bytes it has written: cursors go from 0 to here. */
  output_bytes: z.number(),
  /** How many of them are no longer kept, because the output or the sum of all outputs was too long. */
  output_lost_bytes: z.number(),
  /** It has ended, and what it started in the background still runs and may write to its output. */
  left_running: z.boolean().optional(),
});
export type Process = z.infer<typeof Process>;

/** Bytes that an answer leaves out: `limit`, to be read by cursor; or `lost`, no longer kept. */
export const OutputGap = z.object({ start: z.number(), end: z.number(), reason: z.enum(['limit', 'lost']) });
export type OutputGap = z.infer<typeof OutputGap>;

export const OutputChunk = z.object({
  stream: z.enum(['stdout', 'stderr']),
  /** The cursor of its first byte. */
  cursor: z.number(),
  /** Its length in the process's output; with `text`, invalid bytes may make `data` longer. */
  bytes: z.int(),
  data: z.string(),
});
export type OutputChunk = z.infer<typeof OutputChunk>;

export const OutputSlice = z.object({
  encoding: OutputEncoding,
  /** In order; where the cursors jump there is a gap. */
  chunks: z.array(OutputChunk),
  gaps: z.array(OutputGap),
  /** Where to read on. */
  next_cursor: z.number(),
  /** All bytes written so far. */
  output_bytes: z.number(),
  /** The process has ended and nothing comes after `next_cursor`. */
  complete: z.boolean(),
});
export type OutputSlice = z.infer<typeof OutputSlice>;

export const ProcessResult = z.object({
  process: Process,
  /** False when a process with this id was there before. */
  started: z.boolean(),
  output: OutputSlice,
});
export type ProcessResult = z.infer<typeof ProcessResult>;

/** A part of the output, with the process as it was when it was read. */
export const ProcessOutput = z.object({ process: Process, output: OutputSlice });
export type ProcessOutput = z.infer<typeof ProcessOutput>;

export const ProcessListQuery = z.strictObject({ state: z.enum(['running', 'exited']).optional() });
export type ProcessListQuery = z.input<typeof ProcessListQuery>;
/** Newest first. */
export const ProcessList = z.object({
  processes: z.array(Process),
  /** How many ended ones were forgotten to make room. */
  forgotten: z.int(),
});
export type ProcessList = z.infer<typeof ProcessList>;

export const ProcessQuery = z.strictObject({
  wait_ms: z.coerce.number().int().min(0).max(MAX_WAIT_MS).default(0),
});
export type ProcessQuery = z.input<typeof ProcessQuery>;

export const OutputQuery = z.strictObject({
  /** The first byte wanted. */
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(16).max(MAX_OUTPUT_BYTES).default(65_536),
  /** When nothing is there yet: wait for more, or for the end. */
  wait_ms: z.coerce.number().int().min(0).max(MAX_WAIT_MS).default(0),
  /** With wait_ms, `end` waits for the end of the process; `output` for any new output. */
  wait_for: z.enum(['output', 'end']).default('output'),
  keep: OutputKeep.default('head'),
  encoding: OutputEncoding.default('text'),
});
export type OutputQuery = z.input<typeof OutputQuery>;

export const StreamQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0) });

export const StdinQuery = z.strictObject({ close: z.stringbool().default(false) });
export const StdinWritten = z.object({ bytes: z.number(), process: Process });
export type StdinWritten = z.infer<typeof StdinWritten>;

export const SignalProcess = z.strictObject({
  signal: z.enum(['TERM', 'KILL', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2']),
  /** After TERM, INT or HUP: KILL what is left after this long. */
  kill_after_ms: z.int().min(0).max(60_000).optional(),
  /** The end reason is then `canceled`. */
  cancel: z.boolean().default(false),
  /** Answer when it has ended, or after this long. */
  wait_ms: z.int().min(0).max(MAX_WAIT_MS).default(0),
});
export type SignalProcess = z.infer<typeof SignalProcess>;
export type SignalProcessInput = z.input<typeof SignalProcess>;
