import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { TerminalSize } from '@coder/api/agent';
import { loadPty } from '../terminals/pty.ts';
import type { Offspring } from './offspring.ts';
import type { OutputStream } from './output-log.ts';
import type { Pipe, PipePool } from './pipe-pool.ts';

/** How the first process ended. */
export interface ChildEnd {
  exitCode: number | null;
  signal: string | null;
}

/** A started program, with a terminal or with pipes, seen the same way. */
export interface Child {
  pid: number;
  /** null when the program was given no input. */
  stdin: Writable | null;
  resize(size: TerminalSize): void;
}

/** Who follows a program, and whether that may write to it. */
export interface ChildListeners {
  stdin: 'none' | 'pipe';
  onOutput: (stream: OutputStream, bytes: Buffer) => void;
  /** The program has ended; output may still come. */
  onExit: (end: ChildEnd) => void;
  /** Nobody holds the output open any more. */
  onClose: () => void;
}

export interface ChildOptions extends ChildListeners {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  pty: TerminalSize | undefined;
  /** Both of its outputs are one. */
  mergeStderr: boolean;
  pipes: PipePool;
  offspring: Offspring;
}

/** Starts a program in a session of its own. Rejects with the system's error when it cannot be started. */
export function startChild(options: ChildOptions): Promise<Child> {
  return options.pty ? startWithPty(options, options.pty) : startWithPipes(options);
}

async function startWithPipes(options: ChildOptions): Promise<Child> {
  return followPiped(
    await spawnPiped(options, await options.pipes.take(options.mergeStderr ? 1 : 2)),
    options,
  );
}

/** A program that runs with pipes, whose output nobody reads yet. */
export interface PipedChild {
  process: ChildProcess;
  /** One for stdout and one for stderr, or one for both; none where Node's own are used. */
  outputs: readonly Pipe[];
}

/**
 * Starts it with these pipes for what it writes, which are closed when it cannot be started; without them Node makes two. Rejects
 * with the system's error.
 */
export function spawnPiped(
  options: Pick<ChildOptions, 'argv' | 'cwd' | 'env' | 'offspring'> & {
    /** A descriptor is closed by whoever gives it. */
    stdin: ChildOptions['stdin'] | number;
    /** Descriptors that it gets as 3 and so on, closed by whoever gives them. */
    more?: readonly number[];
  },
  outputs: readonly Pipe[] = [],
): Promise<PipedChild> {
  const { argv, cwd, env, stdin, more = [], offspring } = options;
  const [file = '', ...rest] = argv;
  const [out, err = out] = outputs;
  return new Promise((resolve, reject) => {
    const release = () => {
      for (const pipe of outputs) pipe.closeWriteEnd();
    };
    const fail = (error: unknown) => {
      release();
      for (const pipe of outputs) pipe.discard();
      reject(error);
    };
    let child: ChildProcess;
    try {
      child = offspring.fork(() =>
        spawn(file, rest, {
          cwd,
          env,
          detached: true,
          stdio: [
            stdin === 'none' ? 'ignore' : stdin,
            out?.writeEnd ?? 'pipe',
            err?.writeEnd ?? 'pipe',
            ...more,
          ],
        }),
      );
    } catch (error) {
      fail(error);
      return;
    }
    child.once('error', fail);
    if (child.pid === undefined) return;
    child.off('error', fail);
    child.on('error', () => {});
    child.stdin?.on('error', () => {});
    release();
    resolve({ process: child, outputs });
  });
}

/** Reads its output and waits for its end. */
export function followPiped({ process, outputs }: PipedChild, listeners: ChildListeners): Child {
  let open = outputs.length || 2;
  const closed = () => {
    open -= 1;
    if (open === 0) listeners.onClose();
  };
  const follow = (readable: Readable, stream: OutputStream) => {
    readable.on('data', (bytes: Buffer) => listeners.onOutput(stream, bytes));
    readable.on('error', () => {});
    readable.once('close', closed);
  };
  const [out, err] = outputs;
  follow(out ? out.reader() : (process.stdout as Readable), 'stdout');
  if (err) follow(err.reader(), 'stderr');
  else if (!out) follow(process.stderr as Readable, 'stderr');
  process.once('exit', (exitCode, signal) => listeners.onExit({ exitCode, signal }));
  return {
    pid: process.pid as number,
    stdin: listeners.stdin === 'pipe' ? (process.stdin as Writable) : null,
    resize() {},
  };
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

async function startWithPty(options: ChildOptions, size: TerminalSize): Promise<Child> {
  const pty = await loadPty();
  const { cwd, env } = options;
  const terminal = options.offspring.forkWithThreads(options.argv, ([file = '', ...rest]) =>
    pty.spawn(file, rest, {
      name: env.TERM ?? 'xterm-256color',
      cols: size.width,
      rows: size.height,
      cwd,
      env,
      encoding: null,
    }),
  );
  terminal.onData((data: string | Buffer) => options.onOutput('stdout', Buffer.from(data as string)));
  terminal.onExit(({ exitCode, signal }) => {
    options.onExit(
      signal
        ? { exitCode: null, signal: signalNames.get(signal) ?? `SIG${signal}` }
        : { exitCode, signal: null },
    );
    options.onClose();
  });
  const { Writable } = await import('node:stream');
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      terminal.write(chunk as unknown as string);
      done();
    },
    // A terminal has no half-closed input: its end is the end-of-transmission character.
    final(done) {
      terminal.write('\u0004');
      done();
    },
  });
  return {
    pid: terminal.pid,
    stdin,
    resize({ width, height }) {
      try {
        terminal.resize(width, height);
      } catch {
        // It ended in the meantime.
      }
    },
  };
}
