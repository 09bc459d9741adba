const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a `uuid` column takes the text. What an agent sends may be anything. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** The text without NUL, which PostgreSQL cannot store and programs do print. */
export function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
