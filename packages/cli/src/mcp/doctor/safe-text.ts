/** As much of a server's text as a report quotes. */
const longestQuote = 200;

/**
 * Makes characters visible that would move a terminal's cursor, colour it, or turn text round: what is reported comes from
 * servers that nobody vouches for.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** A server's text in quotation marks, cut where it is long. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return `"${line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line}"`;
}

/** Makes texts fit to be shown: nothing in them acts on a terminal, and none of the secrets known so far is in them. */
export function createCleaner(secrets: ReadonlySet<string>): (text: string) => string {
  return (text) => {
    let shown = text;
    for (const secret of secrets) {
      // A shorter one could not be told from a word.
      if (secret.length >= 8) shown = shown.replaceAll(secret, '[secret]');
    }
    return escapeControls(shown);
  };
}
