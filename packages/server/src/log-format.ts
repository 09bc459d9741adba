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
  const rest = Object.entries(fields).map(([key, value]) => `${plain(key)}=${plain(value)}`);
  const text = msg === undefined ? undefined : escaped(String(msg));
  const head = [escaped(clock), escaped(String(level ?? '').padEnd(5)), text, ...rest].filter(
    (part) => part !== undefined,
  );
  return `${head.join(' ')}${errorText(err)}\n`;
}

function plain(value: unknown): string {
  const isWord = typeof value === 'string' && /^[^\s"=]+$/.test(value) && escaped(value) === value;
  return isWord ? value : escaped(JSON.stringify(value) ?? 'undefined');
}

/**
 * The text with what would move a terminal's cursor, colour it or turn text round written as JSON writes it: much of what is
 * logged comes from strangers.
 */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      const unit = character.charCodeAt(index).toString(16);
      return `\\u${unit.padStart(4, '0')}`;
    }).join(''),
  );
}

function errorText(error: unknown): string {
  if (!error || typeof error !== 'object') return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  const lines = String(stack ?? message ?? JSON.stringify(error)).split('\n');
  return lines.map((line) => `\n  ${escaped(line)}`).join('');
}
