/** A failure that ends the command: one sentence that says what is wrong, and the next step. Exit code 1 unless given. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
