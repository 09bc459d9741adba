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
  /** A pipe nobody has used, or undefined when there is none at hand: the caller then takes what Node gives. */
  take(): Pipe | undefined;
  /** Makes pipes ready, if there are few. */
  fill(): Promise<void>;
  /** Waits for the few that one process needs, where pipes can be made at all. */
  atHand(): Promise<void> | undefined;
  close(): void;
}

const BATCH = 48;
/** Its output and its errors. */
const PER_PROCESS = 2;
/** So many are open before they are asked for, so that no command waits for that: it is four calls of the system each. */
const OPEN_AHEAD = 2 * PER_PROCESS;

function openPipe(path: string): Pipe {
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
        return new Socket({ fd: readEnd, readable: true, writable: false });
      },
      discard() {
        for (const fd of [...open]) close(fd);
      },
    };
  } finally {
    closeSync(both);
    unlinkSync(path);
  }
}

/** A pool of named pipes made in `folder`, many by one `mkfifo`, their names removed at once. Where that does not work it stays empty. */
export function createPipePool(folder: string, unique: string): PipePool {
  const ready: string[] = [];
  const open: Pipe[] = [];
  let opening: NodeJS.Immediate | undefined;
  let made = 0;
  let filling: Promise<void> | undefined;
  let broken = false;

  async function make(): Promise<void> {
    const names = Array.from({ length: BATCH }, (_, i) => join(folder, `pipe-${unique}-${made + i}`));
    made += BATCH;
    try {
      await promisify(execFile)('mkfifo', ['-m', '600', ...names]);
      ready.push(...names);
    } catch (error) {
      // Without room for another process it works again later; without the program it never does.
      if (!['EAGAIN', 'ENOMEM', 'EMFILE'].includes(String((error as NodeJS.ErrnoException).code)))
        broken = true;
    }
  }

  function openNext(): Pipe | undefined {
    const path = ready.pop();
    if (ready.length < BATCH / 2) void pool.fill();
    if (path === undefined) return undefined;
    try {
      return openPipe(path);
    } catch {
      return undefined;
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
      if (broken || ready.length >= BATCH) return Promise.resolve();
      filling ??= make().finally(() => {
        filling = undefined;
      });
      return filling;
    },
    atHand: () => (open.length + ready.length >= PER_PROCESS || broken ? undefined : pool.fill()),
    close() {
      broken = true;
      clearImmediate(opening);
      for (const pipe of open.splice(0)) pipe.discard();
      for (const path of ready.splice(0)) {
        try {
          unlinkSync(path);
        } catch {
          // The folder is gone already.
        }
      }
    },
  };
  return pool;
}
