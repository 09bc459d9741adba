/** The text without NUL, which PostgreSQL cannot store and programs do print. */
export function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
