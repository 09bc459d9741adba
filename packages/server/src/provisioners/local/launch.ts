import { type ChildProcess, spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import type { Account } from './accounts.ts';

export interface LaunchOptions {
  /** What runs, its sandbox included. */
  command: readonly string[];
  account: Account;
  env: Record<string, string>;
  /** Takes what the program prints. */
  log: FileHandle;
  /** A file it can read on descriptor 4. */
  input: FileHandle | undefined;
}

/** A program that is held back until it has been written down and put in its cgroup. */
export interface Launch {
  pid: number;
  /** Lets it go, with what it is told over descriptor 3; resolves when it says that it runs. Rejects with `EarlyExit`. */
  release(message: object, signal: AbortSignal): Promise<void>;
  /** Resolves when it has ended, if this server lives to see it. */
  ended: Promise<ProcessEnd>;
}

export interface ProcessEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** The program ended before it had begun to work, or did not begin in time. */
export class EarlyExit extends Error {
  override readonly name = 'EarlyExit';
}

const beginMs = 30_000;
/** It waits for a line, and ends if the server dies before it comes: nothing runs that is not written down. */
const gate = 'read -r _ <&3 && exec "$@"';

/** Starts a program in a session of its own, so that it outlives the server. Its number stays the same when it is let go. */
export async function launch({ command, account, env, log, input }: LaunchOptions): Promise<Launch> {
  const child = spawn('/bin/sh', ['-c', gate, 'coder-agent', ...command], {
    ...(account.own ? { uid: account.uid, gid: account.gid } : {}),
    cwd: '/',
    env,
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'pipe', ...(input ? [input.fd] : [])],
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  const channel = child.stdio[3] as Duplex;
  return {
    pid: child.pid as number,
    ended,
    release: (message, signal) => release(child, channel, ended, message, signal),
  };
}

async function release(
  child: ChildProcess,
  channel: Duplex,
  ended: Promise<ProcessEnd>,
  message: object,
  signal: AbortSignal,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      channel.once('data', () => resolve());
      // A program that dies closes the channel a moment before it is known how it ended.
      ended.then((end) =>
        reject(new EarlyExit(`The agent ${describeEnd(end)} before it had begun to work.`)),
      );
      channel.on('error', () => {});
      timer = setTimeout(() => {
        reject(new EarlyExit(`The agent had not begun to work after ${beginMs / 1000} s.`));
      }, beginMs);
      abort = () => reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      channel.write(`go\n${JSON.stringify(message)}\n`);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    channel.destroy();
    child.unref();
  }
}

export function describeEnd({ exitCode, signal }: ProcessEnd): string {
  return signal ? `was ended by ${signal}` : `exited with code ${exitCode}`;
}
