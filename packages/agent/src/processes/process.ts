import type { Writable } from 'node:stream';
import type { EndReason, Process, SignalProcess, StartProcess, TerminalSize } from '@coder/api/agent';
import type { Child, ChildEnd } from './child.ts';
import { leftRunning, type ProcessGroup, signalGroup } from './group.ts';
import type { OutputLog } from './output-log.ts';

/** How long output may still come after the first process has ended while a descendant holds the pipe open. */
const DRAIN_MS = 200;

export interface ManagedProcess {
  readonly id: string;
  readonly output: OutputLog;
  readonly running: boolean;
  readonly endedAt: number | null;
  describe(): Process;
  /** Resolves when it has ended and its output is drained, after `ms`, or when the signal aborts. */
  waitEnd(ms: number, signal?: AbortSignal): Promise<void>;
  /** The same, or when there is output beyond the cursor. */
  waitOutput(after: number, ms: number, signal?: AbortSignal): Promise<void>;
  signal(request: SignalProcess): Promise<void>;
  /** Ends the whole group; the end reason is `canceled`. */
  cancel(graceMs: number): Promise<void>;
  resize(size: TerminalSize): void;
  stdin(): Writable | null;
  closeStdin(): void;
}

export interface ProcessParts {
  id: string;
  request: StartProcess;
  argv: string[];
  cwd: string;
  child: Child;
  group: ProcessGroup;
  output: OutputLog;
  now: () => number;
  oomKills: () => number;
  onEnd: () => void;
}

/** Follows one started process from here to its end. `exited` and `closed` are told by whoever started it. */
export function manageProcess(parts: ProcessParts): {
  process: ManagedProcess;
  exited(end: ChildEnd): void;
  closed(): void;
} {
  const { id, request, child, group, output, now } = parts;
  const startedAt = now();
  const startedMono = performance.now();
  const oomAtStart = parts.oomKills();
  const waiters = new Set<() => void>();
  let end: ChildEnd | undefined;
  let endedAt: number | null = null;
  let durationMs = 0;
  let finished = false;
  let outputClosed = false;
  /** Somebody still had it when the process had ended: nothing else tells of what was left behind without a look at all processes. */
  let outputHeld = false;
  let stdinClosed = child.stdin === null;
  let reason: EndReason | undefined;
  let timedOut = false;
  let killing: Promise<void> | undefined;
  let sentKill = false;
  let drain: NodeJS.Timeout | undefined;

  const timer =
    request.timeout_ms === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          if (request.on_timeout === 'kill') void endGroup('timeout', request.kill_grace_ms);
        }, request.timeout_ms);

  function endGroup(why: EndReason, graceMs: number): Promise<void> {
    if (!end) reason ??= why;
    sentKill = true;
    killing ??= group.end(graceMs).finally(() => {
      killing = undefined;
      settle();
    });
    return killing;
  }

  function settle(): void {
    if (finished || !end || killing) return;
    if (!outputClosed && drain === undefined) {
      const over = () => {
        outputHeld = !outputClosed;
        outputClosed = true;
        settle();
      };
      // On a busy machine the time may be over before what has come is read, which a turn then does.
      drain = setTimeout(() => setImmediate(over), DRAIN_MS);
    }
    if (!outputClosed) return;
    finished = true;
    reason ??= whyEnded(end);
    clearTimeout(timer);
    clearTimeout(drain);
    endedAt = startedAt + Math.round(durationMs);
    stdinClosed = true;
    output.flush();
    for (const wake of waiters) wake();
    parts.onEnd();
  }

  function whyEnded(how: ChildEnd): EndReason {
    const looksKilled = how.signal === 'SIGKILL' || how.exitCode === 137;
    if (looksKilled && !sentKill && parts.oomKills() > oomAtStart) return 'oom';
    return how.signal ? 'signal' : 'exit';
  }

  function wait(
    ms: number,
    signal: AbortSignal | undefined,
    done: () => boolean,
    watchOutput: boolean,
  ): Promise<void> {
    if (done() || ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(limit);
        waiters.delete(check);
        unwatch?.();
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const check = () => {
        if (done()) finish();
      };
      const limit = setTimeout(finish, ms);
      const unwatch = watchOutput ? output.onChange(check) : undefined;
      waiters.add(check);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }

  const managed: ManagedProcess = {
    id,
    output,
    get running() {
      return !finished;
    },
    get endedAt() {
      return endedAt;
    },
    describe: () => ({
      id,
      pid: child.pid,
      command: request.command ?? parts.argv.join(' '),
      argv: request.argv ?? null,
      cwd: parts.cwd,
      pty: request.pty !== undefined,
      stdin: request.stdin === 'none' && !request.pty ? 'none' : stdinClosed ? 'closed' : 'open',
      label: request.label ?? null,
      state: finished ? 'exited' : 'running',
      started_at: new Date(startedAt).toISOString(),
      ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
      duration_ms: Math.round(finished ? durationMs : performance.now() - startedMono),
      exit_code: finished ? (end?.exitCode ?? null) : null,
      signal: finished ? (end?.signal ?? null) : null,
      end_reason: finished ? (reason ?? null) : null,
      timeout_ms: request.timeout_ms ?? null,
      timed_out: timedOut,
      killed_descendants: group.reached,
      output_bytes: output.size,
      output_lost_bytes: output.lostBytes(),
      ...leftRunning(finished && outputHeld, group),
    }),
    waitEnd: (ms, signal) => wait(ms, signal, () => finished, false),
    waitOutput: (after, ms, signal) => wait(ms, signal, () => finished || output.size > after, true),
    async signal(asked) {
      if (asked.cancel && !end) reason ??= 'canceled';
      await signalGroup(group, asked, () => endGroup(asked.cancel ? 'canceled' : 'signal', 0));
    },
    cancel: (graceMs) => endGroup('canceled', graceMs),
    resize: (size) => child.resize(size),
    stdin: () => (stdinClosed ? null : child.stdin),
    closeStdin() {
      if (stdinClosed) return;
      stdinClosed = true;
      child.stdin?.end();
    },
  };

  return {
    process: managed,
    exited(how) {
      end = how;
      group.leaderEnded();
      durationMs = performance.now() - startedMono;
      clearTimeout(timer);
      settle();
    },
    closed() {
      outputClosed = true;
      settle();
    },
  };
}
