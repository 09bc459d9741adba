/**
 * A failure that ends the command: one sentence that says what is wrong, and the next step; several problems stand on a
 * line each. Exit code 1 unless given.
 */
export class CliError extends Error {
  readonly lines: readonly string[];
  readonly exitCode: number;

  constructor(message: string | readonly string[], exitCode = 1) {
    const lines = typeof message === 'string' ? [message] : message;
    super(lines.join('\n'));
    this.lines = lines;
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
