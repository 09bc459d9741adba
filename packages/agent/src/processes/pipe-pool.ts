import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

/**
 * A real pipe for a child's output: what Node gives a child are sockets, on which `echo > /dev/stderr` fails.
 * (The input of a command stays a socket: opening a named pipe again to read would wait for a writer that may be done.)
 */
export interface Pipe {
  writeEnd: number;
  closeWriteEnd(): void;
  /** Our side as a stream, which then owns its end. */
  reader(): Socket;
  /** A read end for a child, which waits for what is written; to be closed by whoever asks. */
  openToRead(): number;
  /** Whether something has been written, of which a byte is then lost; true when that cannot be known any more. To be asked before there is a reader. */
  hasData(): boolean;
  /** Closes what is still open. */
  discard(): void;
}

export interface PipePool {
  /**
   * So many pipes that nobody has used; undefined where pipes cannot be made at all, and the caller takes what Node gives. Rejects
   * with the system's error when there is no room for them now: what Node gives would then be left open when it fails.
   */
  take(count: number): Promise<Pipe[] | undefined>;
  /** Makes pipes ready, if there are few. */
  fill(): Promise<void>;
  close(): void;
}

const BATCH = 48;
/** Its output and its errors. */
const PER_PROCESS = 2;
/** So many are open before they are asked for, so that no command waits for that: it is four calls of the system each. */
const OPEN_AHEAD = 3 * PER_PROCESS;
/** open(2): a descriptor that stands for the file and is neither of the pipe's ends. */
const O_PATH = 0o10000000;
/** In memory. On a disk each pipe is written to the journal, on which a database may be waiting. */
const MEMORY = '/dev/shm';

function hasData(readEnd: number): boolean {
  try {
    return readSync(readEnd, Buffer.alloc(1)) > 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EAGAIN';
  }
}

/** Opens both ends of the pipe that a descriptor stands for, which is closed then. */
function openPipe(source: number): Pipe {
  const open = new Set<number>();
  const close = (fd: number) => {
    if (open.delete(fd)) closeSync(fd);
  };
  const discard = () => {
    for (const fd of [...open]) close(fd);
  };
  const reopen = (fd: number, flags: number) => openSync(`/proc/self/fd/${fd}`, flags);
  const end = (flags: number) => {
    const fd = reopen(source, flags);
    open.add(fd);
    return fd;
  };
  try {
    // Opened for both first, so that neither of the real ends waits for the other.
    const both = end(constants.O_RDWR | constants.O_NONBLOCK);
    const readEnd = end(constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = end(constants.O_WRONLY);
    close(both);
    return {
      writeEnd,
      closeWriteEnd: () => close(writeEnd),
      reader() {
        open.delete(readEnd);
        return new Socket({ fd: readEnd, readable: true, writable: false });
      },
      hasData: () => !open.has(readEnd) || hasData(readEnd),
      openToRead: () => reopen(readEnd, constants.O_RDONLY),
      discard,
    };
  } catch (error) {
    discard();
    throw error;
  } finally {
    closeSync(source);
  }
}

/**
 * A pool of named pipes, many made by one `mkfifo` in memory, or in `folder` where there is none, their names removed at once. Each
 * is used once: whoever has read from one may still hold it. Where pipes cannot be made it stays empty.
 */
export function createPipePool(folder: string, unique: string, memory = MEMORY): PipePool {
  /** Each stands for a pipe that nobody has opened. */
  const ready: number[] = [];
  const open: Pipe[] = [];
  /** Where they can be made, as far as is known. */
  const places = [memory, folder];
  let opening: NodeJS.Immediate | undefined;
  let made = 0;
  let filling: Promise<void> | undefined;
  let broken = false;

  async function make(): Promise<void> {
    for (let place = places[0]; place !== undefined; place = places[0]) {
      try {
        await makeIn(place);
        return;
      } catch (error) {
        // Without room it works again later; without the folder or the program it never does.
        if (isOfRoom(error)) throw error;
        places.shift();
      }
    }
    broken = true;
  }

  async function makeIn(place: string): Promise<void> {
    const names = Array.from({ length: BATCH }, (_, i) => join(place, `coder-pipe-${unique}-${made + i}`));
    made += BATCH;
    try {
      await run('mkfifo', ['-m', '600', ...names]);
      for (const name of names) if (!broken) ready.push(openSync(name, O_PATH));
    } finally {
      for (const name of names) rmSync(name, { force: true });
    }
  }

  function openNext(): Pipe | undefined {
    const source = ready.pop();
    pool.fill().catch(() => {});
    return source === undefined ? undefined : openPipe(source);
  }

  function openAhead(): void {
    opening = undefined;
    try {
      while (open.length < OPEN_AHEAD) {
        const pipe = openNext();
        if (!pipe) return;
        open.push(pipe);
      }
    } catch {
      // No descriptor is left: whoever takes the next is told.
    }
  }

  /** So many at once, or none. */
  function takeNow(count: number): Pipe[] | undefined {
    if (open.length + ready.length < count) return undefined;
    const taken: Pipe[] = [];
    try {
      for (let i = 0; i < count; i += 1) taken.push(open.pop() ?? (openNext() as Pipe));
      return taken;
    } catch (error) {
      open.push(...taken);
      throw error;
    }
  }

  const pool: PipePool = {
    async take(count) {
      for (;;) {
        const taken = broken ? undefined : takeNow(count);
        if (taken || broken) {
          opening ??= setImmediate(openAhead);
          return taken;
        }
        await pool.fill();
      }
    },
    fill() {
      if (broken || ready.length >= BATCH / 2) return Promise.resolve();
      filling ??= make().finally(() => {
        filling = undefined;
      });
      return filling;
    },
    close() {
      broken = true;
      clearImmediate(opening);
      for (const pipe of open.splice(0)) pipe.discard();
      for (const source of ready.splice(0)) closeSync(source);
    },
  };
  return pool;
}

/** Whether the system had no room for another process or descriptor. */
function isOfRoom(error: unknown): boolean {
  return ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(String((error as NodeJS.ErrnoException).code));
}

/** Runs a program without pipes of its own, which Node would leave open where one cannot be started for want of descriptors. */
async function run(program: string, words: string[]): Promise<void> {
  const child = spawn(program, words, { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}
