/**
 * Something that keeps the server from starting and that the person who started it can mend. The message is whole
 * sentences: what is wrong, then what to do. It is printed without a stack trace.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
