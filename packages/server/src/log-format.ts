/** Turns pino's JSON lines into lines for a person: `12:03:04.123 info  server listening url=http://…`. */
export function humanStream(destination: { write(text: string): unknown }): { write(line: string): void } {
  return { write: (line) => void destination.write(humanLine(line)) };
}

/** Formats one JSON line of pino; a line that is not JSON is passed as it is. */
function humanLine(line: string): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line);
  } catch {
    return line;
  }
  const { time, level, msg, err, ...fields } = record;
  const clock = String(time ?? '').slice(11, 23);
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`);
  const head = [clock, String(level ?? '').padEnd(5), msg, ...rest].filter((part) => part !== undefined);
  return `${head.join(' ')}${errorText(err)}\n`;
}

function plain(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? 'undefined';
}

function errorText(error: unknown): string {
  if (!error || typeof error !== 'object') return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  return `\n  ${String(stack ?? message ?? JSON.stringify(error)).replaceAll('\n', '\n  ')}`;
}
