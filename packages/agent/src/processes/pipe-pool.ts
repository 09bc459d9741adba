import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * A real pipe for a child's output: what Node gives a child are sockets, on which `echo > /dev/stderr` fails.
 * (Its input stays a socket: opening a named pipe again to read would wait for a writer that may be done.)
 */
export interface Pipe {
  writeEnd: number;
  closeWriteEnd(): void;
  /** Our side as a stream, which then owns its end. */
  reader(): Socket;
  /** Closes what is still open. */
  discard(): void;
}

export interface PipePool {
  /** A pipe nobody uses, or undefined when there is none at hand: the caller then takes what Node gives. */
  take(): Pipe | undefined;
  /** Makes pipes ready, if there are few. */
  fill(): Promise<void>;
  /** Waits for the few that one process needs, where pipes can be made at all. */
  atHand(): Promise<void> | undefined;
  close(): void;
}

const BATCH = 24;
/** So many are used again, each of which takes a descriptor; what is beyond them is used once. */
const KEPT = 96;
/** Its output and its errors. */
const PER_PROCESS = 2;
/** So many are open before they are asked for, so that no command waits for that: it is four calls of the system each. */
const OPEN_AHEAD = 2 * PER_PROCESS;
/** open(2): a descriptor that stands for the file and is neither of the pipe's ends. */
const O_PATH = 0o10000000;

/**
 * Opens both ends of the pipe that `source` stands for. `onDone` is told once that it is not used any more, and whether it is as
 * new: nobody can write to it, and all that was written has been read.
 */
function openPipe(source: number, onDone: (asNew: boolean) => void): Pipe {
  const path = `/proc/self/fd/${source}`;
  // Opened for both first, so that neither of the real ends waits for the other.
  const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    const open = new Set([readEnd, writeEnd]);
    const close = (fd: number) => {
      if (open.delete(fd)) closeSync(fd);
    };
    return {
      writeEnd,
      closeWriteEnd: () => close(writeEnd),
      reader() {
        open.delete(readEnd);
        const socket = new Socket({ fd: readEnd, readable: true, writable: false });
        return socket.once('close', () => onDone(socket.readableEnded));
      },
      discard() {
        if (open.size === 0) return;
        for (const fd of [...open]) close(fd);
        onDone(false);
      },
    };
  } finally {
    closeSync(both);
  }
}

/**
 * A pool of named pipes made in `folder`, many by one `mkfifo`, their names removed at once. One that has been read to its end
 * is used again. Where pipes cannot be made it stays empty.
 */
export function createPipePool(folder: string, unique: string): PipePool {
  /** Each stands for a pipe that nobody uses. */
  const free: number[] = [];
  const open: Pipe[] = [];
  let opening: NodeJS.Immediate | undefined;
  let made = 0;
  let kept = 0;
  let filling: Promise<void> | undefined;
  let broken = false;

  async function make(): Promise<void> {
    const names = Array.from({ length: BATCH }, (_, i) => join(folder, `pipe-${unique}-${made + i}`));
    made += BATCH;
    try {
      await promisify(execFile)('mkfifo', ['-m', '600', ...names]);
      for (const name of names) keep(name);
    } catch (error) {
      // Without room for another process it works again later; without the program it never does.
      if (!['EAGAIN', 'ENOMEM', 'EMFILE'].includes(String((error as NodeJS.ErrnoException).code)))
        broken = true;
    }
  }

  function keep(name: string): void {
    try {
      if (!broken) {
        free.push(openSync(name, O_PATH));
        kept += 1;
      }
    } catch {
      // No descriptor is left: the next process takes what Node gives.
    } finally {
      unlinkSync(name);
    }
  }

  function drop(source: number): void {
    closeSync(source);
    kept -= 1;
  }

  function openNext(): Pipe | undefined {
    const source = free.pop();
    if (free.length < OPEN_AHEAD) void pool.fill();
    if (source === undefined) return undefined;
    const isKept = kept <= KEPT;
    try {
      return openPipe(source, (asNew) => {
        if (!isKept) return;
        if (asNew && !broken) free.push(source);
        else drop(source);
      });
    } catch {
      if (isKept) drop(source);
      return undefined;
    } finally {
      if (!isKept) drop(source);
    }
  }

  function openAhead(): void {
    opening = undefined;
    while (open.length < OPEN_AHEAD) {
      const pipe = openNext();
      if (!pipe) return;
      open.push(pipe);
    }
  }

  const pool: PipePool = {
    take() {
      opening ??= setImmediate(openAhead);
      return open.pop() ?? openNext();
    },
    fill() {
      if (broken || free.length >= OPEN_AHEAD) return Promise.resolve();
      filling ??= make().finally(() => {
        filling = undefined;
      });
      return filling;
    },
    atHand: () => (open.length + free.length >= PER_PROCESS || broken ? undefined : pool.fill()),
    close() {
      broken = true;
      clearImmediate(opening);
      for (const pipe of open.splice(0)) pipe.discard();
      for (const source of free.splice(0)) drop(source);
    },
  };
  return pool;
}
