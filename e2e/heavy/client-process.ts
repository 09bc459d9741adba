import { spawn } from 'node:child_process';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import { type ClientName, clientEnv, clientProgram } from './clients.ts';
import { createTranscript, type Transcript } from './transcript.ts';

/** A client that goes on running while a test deals with it; disposing of it ends it. */
export type ClientProcess = AsyncDisposable &
  Pick<Transcript, 'text' | 'printed'> & {
    /** Types into it. */
    type(text: string): void;
    /** Its exit code, when it has ended. */
    readonly ended: Promise<number | null>;
  };

type Options = { env: Record<string, string>; cwd: string; terminal?: boolean };

/** No client needs longer for anything; one that hangs is ended, so that the test can say what it printed. */
const longest = 45_000;

/** Starts a client, with pipes or in a terminal of its own. */
export function startClient(name: ClientName, args: readonly string[], options: Options): ClientProcess {
  const transcript = createTranscript(name);
  const { promise: ended, resolve } = Promise.withResolvers<number | null>();
  const start = options.terminal ? inTerminal : withPipes;
  const { type, kill } = start(name, args, options, transcript.hear, (code) => {
    clearTimeout(timer);
    transcript.end();
    resolve(code);
  });
  const timer = setTimeout(kill, longest);
  return {
    text: transcript.text,
    printed: transcript.printed,
    type,
    ended,
    async [Symbol.asyncDispose]() {
      kill();
      await ended;
    },
  };
}

type Started = { type(text: string): void; kill(): void };
type Listeners = [hear: (text: string) => void, end: (code: number | null) => void];

function withPipes(
  name: ClientName,
  args: readonly string[],
  { env, cwd }: Options,
  ...[hear, end]: Listeners
): Started {
  const child = spawn(clientProgram(name), args, { env: clientEnv(env), cwd, stdio: 'pipe' });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => hear(String(error)));
  child.on('close', end);
  return { type: (text) => void child.stdin.write(text), kill: () => void child.kill('SIGKILL') };
}

function inTerminal(
  name: ClientName,
  args: readonly string[],
  { env, cwd }: Options,
  ...[hear, end]: Listeners
): Started {
  // So wide that no address is broken into lines.
  const size = { cols: 4_000, rows: 50 };
  const child = spawnInTerminal(clientProgram(name), [...args], { env: clientEnv(env), cwd, ...size });
  let running = true;
  child.onData(hear);
  child.onExit(({ exitCode, signal }) => {
    running = false;
    end(signal ? null : exitCode);
  });
  return {
    type: (text) => child.write(text),
    kill() {
      if (running) child.kill('SIGKILL');
    },
  };
}
