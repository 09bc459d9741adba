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

/** Progress on standard error, so that standard output stays the command's result. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) {
    const write = (text: string) => stream.write(`${plain(text)}\n`);
    return { line: write, step: write, succeed: write, fail: write };
  }
  let running: Spinner | undefined;
  const end = () => {
    running?.stop();
    running = undefined;
  };
  return {
    line(text) {
      const shown = running?.text;
      end();
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
}
