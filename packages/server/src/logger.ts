import { pino } from 'pino';
import { humanStream } from './log-format.ts';

/** The part of pino that the server uses; what a test passes must not have more. */
export type Logger = pino.Logger;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'human' | 'json';

/** Fields that are never written, wherever they stand in a logged object's first three levels. */
const secretFields = [
  'password',
  'token',
  'secret',
  'session_token',
  'client_secret',
  'access_token',
  'refresh_token',
  'authorization',
  'cookie',
  'connectionString',
];
const redactPaths = secretFields
  .flatMap((field) => [field, `*.${field}`, `*.*.${field}`])
  .concat(['headers["coder-session-token"]', '*.headers["coder-session-token"]']);

export interface LoggerOptions {
  level: LogLevel;
  format: LogFormat;
  /** Where the lines go; standard error by default, since standard output may carry a protocol. */
  destination?: { write(text: string): unknown };
}

/** Makes the server's logger. Times are ISO 8601 in UTC; secrets are replaced by `[redacted]`. */
export function createLogger({ level, format, destination = process.stderr }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields },
      redact: { paths: redactPaths, censor: '[redacted]' },
    },
    format === 'json' ? destination : humanStream(destination),
  );
}

/**
 * What is logged of an error. Not everything that hangs on it: a database error holds its whole connection, and an HTTP
 * client's its request with its headers.
 */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, cause } = error as Error & { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(cause === undefined ? {} : { cause: errorFields(cause) }),
  };
}

/** A logger that writes nothing. */
export function createNoopLogger(): Logger {
  return pino({ level: 'silent' });
}
