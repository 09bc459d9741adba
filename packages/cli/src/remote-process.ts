import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { type ApiClient, ApiError } from '@coder/api';
import { frameDecoder, Process, ProcessFrame } from '@coder/api/agent';
import { onReaderGone } from './output/reader-gone.ts';

export type RemoteCommand = {
  /** A shell line; undefined opens the login shell. */
  command: string | undefined;
  env: Record<string, string>;
  cwd: string | undefined;
  tty: boolean;
};

const base = (agent: string, id: string) => `/workspaceagents/${agent}/processes/${id}`;

function exitCodeOf(process_: Process): number {
  if (process_.exit_code !== null) return process_.exit_code;
  const signal = constants.signals[process_.signal as NodeJS.Signals];
  return signal === undefined ? 1 : 128 + signal;
}

/** Writes a stream's frames to standard output and error; resolves with the process when it has ended, else undefined. */
async function copyOutput(
  body: ReadableStream<Uint8Array>,
  seen: { cursor: number },
): Promise<Process | undefined> {
  const decode = frameDecoder();
  for await (const chunk of body) {
    for (const frame of decode(chunk)) {
      if (frame.kind === ProcessFrame.exit)
        return Process.parse(JSON.parse(new TextDecoder().decode(frame.payload)));
      if (frame.kind === ProcessFrame.gap) {
        const gap = JSON.parse(new TextDecoder().decode(frame.payload)) as { start: number; end: number };
        process.stderr.write(`[${gap.end - gap.start} bytes of output are no longer kept]\n`);
        seen.cursor = gap.end;
        continue;
      }
      seen.cursor += frame.payload.length;
      const target = frame.kind === ProcessFrame.stderr ? process.stderr : process.stdout;
      if (!target.write(frame.payload)) await new Promise((resolve) => target.once('drain', resolve));
    }
  }
  return undefined;
}

/** Sends keystrokes one request after another, so that they arrive in order; what one cannot send does not hold up the next. */
function forwardKeys(client: ApiClient, agent: string, id: string): () => void {
  let queue = Promise.resolve();
  const onData = (data: Buffer) => {
    queue = queue
      .then(async () => {
        await client.raw(`${base(agent, id)}/stdin`, { method: 'POST', body: new Uint8Array(data) });
      })
      .catch(() => undefined);
  };
  const onResize = () => {
    const size = { width: process.stdout.columns || 80, height: process.stdout.rows || 24 };
    client
      .raw(`${base(agent, id)}/resize`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(size),
      })
      .catch(() => undefined);
  };
  process.stdin.setRawMode?.(true);
  process.stdin.on('data', onData).resume();
  process.stdout.on('resize', onResize);
  return () => {
    process.stdin.setRawMode?.(false);
    process.stdin.off('data', onData).pause();
    process.stdout.off('resize', onResize);
  };
}

/** Streams standard input to the process until it ends. */
function forwardInput(client: ApiClient, agent: string, id: string): () => void {
  const request = client.raw(`${base(agent, id)}/stdin?close=true`, {
    method: 'POST',
    body: Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>,
    duplex: 'half',
  } as RequestInit);
  // The process may end, or close its input, before all of ours is sent: then there is nobody to send it to.
  request.catch(() => undefined);
  return () => process.stdin.destroy();
}

/**
 * Runs a command in a workspace with this terminal as its own, and returns its exit code (128 + signal where a signal
 * ended it). A stream that breaks while the process runs is taken up again where it stopped.
 */
export async function runRemote(client: ApiClient, agent: string, remote: RemoteCommand): Promise<number> {
  const id = `ssh-${randomUUID()}`;
  const interactive = remote.tty && process.stdout.isTTY === true;
  const size = { width: process.stdout.columns || 80, height: process.stdout.rows || 24 };
  await client.processes.start({
    agent,
    id,
    ...(remote.command === undefined
      ? { command: `exec "\${SHELL:-/bin/sh}" ${remote.tty ? '-l' : ''}` }
      : { command: remote.command }),
    cwd: remote.cwd,
    env: { ...(remote.tty ? { TERM: process.env.TERM ?? 'xterm-256color' } : {}), ...remote.env },
    stdin: 'pipe',
    pty: remote.tty ? size : undefined,
    label: 'coder ssh',
  });

  const send = (signal: 'INT' | 'TERM' | 'HUP') =>
    client.processes.signal({
      agent,
      process: id,
      signal,
      kill_after_ms: signal === 'INT' ? undefined : 2000,
    });
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const handler = () => void send(name.slice(3) as 'INT').catch(() => undefined);
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  // In a pipe of its own machine the command would end by SIGPIPE.
  const ignoreReader = onReaderGone(() => {
    void send('HUP')
      .catch(() => undefined)
      .finally(() => process.exit(128 + constants.signals.SIGPIPE));
  });
  const stopInput =
    interactive && process.stdin.isTTY ? forwardKeys(client, agent, id) : forwardInput(client, agent, id);

  const seen = { cursor: 0 };
  try {
    for (;;) {
      const response = await client.raw(`${base(agent, id)}/stream?after=${seen.cursor}`);
      if (!response.body) throw new ApiError('INTERNAL', { message: 'The server sent no output stream.' });
      const ended = await copyOutput(response.body, seen).catch((error: unknown) => {
        if (error instanceof ApiError) throw error;
        return undefined;
      });
      if (ended) return exitCodeOf(ended);
    }
  } finally {
    stopInput();
    ignoreReader();
    for (const off of handlers) off();
  }
}
