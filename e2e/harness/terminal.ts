import { spawn } from '@lydell/node-pty';
import { coderEntry, node } from './coder.ts';
import { waitUntil } from './deployment.ts';

/** `coder` in a terminal: what it shows, what is typed, and how it ends. */
export type CoderTerminal = {
  /** Waits until it shows this, and gives the match. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  type(text: string): void;
  readonly ended: Promise<number>;
};

/** Starts `coder` with a terminal of its own, as a person does. */
export function coderInTerminal(args: readonly string[], env: Record<string, string>): CoderTerminal {
  let shown = '';
  const terminal = spawn(node, [coderEntry, ...args], { env, cols: 200, rows: 50 });
  terminal.onData((data) => {
    shown += data;
  });
  return {
    async shows(pattern) {
      await waitUntil(() => pattern.test(shown), 20_000).catch(() => {
        throw new Error(`${pattern} was not shown, but:\n${shown}`);
      });
      return pattern.exec(shown) as RegExpExecArray;
    },
    type: (text) => terminal.write(text),
    ended: new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode))),
  };
}
