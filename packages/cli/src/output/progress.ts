import spinner, { type Spinner } from 'yocto-spinner';
import { plain } from './table.ts';

/** Shows that something is going on: a spinner with the latest line on a terminal, plain lines elsewhere. */
export type Progress = {
  /** A line of the log. */
  line(text: string): void;
  /** What is being waited for. */
  step(text: string): void;
  succeed(text: string): void;
  fail(text: string): void;
};

/**
 * Does work that tells its progress on standard error, so that standard output stays the command's result. However the
 * work ends, nothing goes on turning behind it (a spinner keeps the process alive); what a failure interrupts is marked.
 */
export async function withProgress<T>(
  work: (progress: Progress) => Promise<T>,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<T> {
  const { progress, end } = createProgress(stream);
  try {
    const result = await work(progress);
    end();
    return result;
  } catch (error) {
    const interrupted = end();
    if (interrupted !== undefined) stream.write(`✘ ${interrupted}\n`);
    throw error;
  }
}

type Ended = {
  progress: Progress;
  /** Stops what turns, and returns what it said. */
  end(): string | undefined;
};

function createProgress(stream: NodeJS.WriteStream): Ended {
  if (!stream.isTTY) {
    const write = (text: string) => stream.write(`${plain(text)}\n`);
    return { progress: { line: write, step: write, succeed: write, fail: write }, end: () => undefined };
  }
  let running: Spinner | undefined;
  const end = () => {
    const shown = running?.text;
    running?.stop();
    running = undefined;
    return shown;
  };
  const progress: Progress = {
    line(text) {
      const shown = end();
      stream.write(`${plain(text)}\n`);
      if (shown !== undefined) running = spinner({ text: shown, stream }).start();
    },
    step(text) {
      if (running) running.text = plain(text);
      else running = spinner({ text: plain(text), stream }).start();
    },
    succeed(text) {
      end();
      stream.write(`✔ ${plain(text)}\n`);
    },
    fail(text) {
      end();
      stream.write(`✘ ${plain(text)}\n`);
    },
  };
  return { progress, end };
}
