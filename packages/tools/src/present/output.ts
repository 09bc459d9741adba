import type { OutputSlice, Process } from '@coder/api/agent';

/** The most output that one answer holds, in bytes; the rest is read by cursor. */
export const OUTPUT_LIMIT = 32 * 1024;

export type PresentedOutput = {
  text: string;
  /** Bytes that were written and are not in the text. */
  omittedBytes: number;
  /** Where the first bytes begin that are left out and still kept. */
  cursor: number | undefined;
  /** Whether bytes that are not UTF-8 are shown as replacement characters. */
  notText: boolean;
};

/** The text of a slice of output, with a line in place of every gap. NUL bytes are dropped. */
export function presentOutput(slice: OutputSlice, processId: string): PresentedOutput {
  const marks = slice.gaps.map((gap) => ({ at: gap.start, text: gapLine(gap, processId) }));
  const pieces = [
    ...slice.chunks.map((chunk) => ({ at: chunk.cursor, text: chunk.data.replaceAll('\0', '') })),
    ...marks,
  ].sort((one, other) => one.at - other.at);
  const cursor = slice.gaps.find((gap) => gap.reason === 'limit')?.start;
  return {
    text: pieces.map((piece) => piece.text).join(''),
    omittedBytes: slice.gaps.reduce((sum, gap) => sum + (gap.end - gap.start), 0),
    cursor,
    notText: slice.chunks.some(
      (chunk) => chunk.data.includes('\uFFFD') && Buffer.byteLength(chunk.data) !== chunk.bytes,
    ),
  };
}

function gapLine(gap: OutputSlice['gaps'][number], processId: string): string {
  const bytes = gap.end - gap.start;
  return gap.reason === 'lost'
    ? `\n[… ${bytes} bytes are no longer kept …]\n`
    : `\n[… ${bytes} bytes left out; read them with coder_workspace_process_output, process_id "${processId}", after ${gap.start} …]\n`;
}

/** The note that goes with output that is not all text. */
export const NOT_TEXT_NOTE =
  'The output has bytes that are not UTF-8, shown as U+FFFD. To see them, write the output to a file and read it with encoding "base64".';

/** A process's exit code as a shell would give it: 128 and the signal's number when a signal ended it. */
export function exitCodeOf(process: Process): number | undefined {
  if (process.state === 'running') return undefined;
  if (process.timed_out && process.end_reason === 'timeout') return 124;
  if (process.exit_code !== null) return process.exit_code;
  return 128 + (signalNumbers[process.signal ?? ''] ?? 0);
}

const signalNumbers: Record<string, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGSYS: 31,
};

/** Why a process ended, where its exit code does not say it. */
export function endNote(process: Process): string | undefined {
  if (process.end_reason === 'oom') return 'The process was ended because the workspace ran out of memory.';
  if (process.end_reason === 'signal' || process.end_reason === 'canceled') {
    return `The process was ended by ${process.signal ?? 'a signal'}.`;
  }
  if (process.left_running) {
    return `What it started in the background still runs: follow its output with coder_workspace_process_output, end it with coder_workspace_process_signal (process_id "${process.id}").`;
  }
  return undefined;
}
