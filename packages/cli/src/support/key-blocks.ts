const BEGIN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/;
const END = /-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/;
const ON_ONE_LINE = new RegExp(`(${BEGIN.source}).*?(${END.source})`, 'g');
/** What the lines between are made of, behind the time that each line of a log has. */
const BODY =
  /^(?:\S+[ \t]+)?[ \t>|]*(?:[A-Za-z0-9+/=]{1,200}|(?:Proc-Type|DEK-Info|Version|Comment): .*|)[ \t]*\r?$/;

/** A text without the bodies of private keys, also of those whose first or last line is cut off. */
export function redactKeyBlocks(text: string, hidden: string): string {
  const whole = text.replace(ON_ONE_LINE, `$1${hidden}$2`);
  if (!BEGIN.test(whole) && !END.test(whole)) return whole;
  const lines: string[] = [];
  let within = false;
  for (const line of whole.split('\n')) {
    const isEnd = END.test(line) && !BEGIN.test(line);
    if (isEnd && !within) {
      let from = lines.length;
      while (from > 0 && BODY.test(lines[from - 1] ?? '')) from -= 1;
      if (from < lines.length) lines.splice(from, lines.length, hidden);
    }
    if (isEnd) within = false;
    if (within && BODY.test(line)) continue;
    within = false;
    lines.push(line);
    if (BEGIN.test(line) && !END.test(line)) {
      within = true;
      lines.push(hidden);
    }
  }
  return lines.join('\n');
}
