/** The text with U+FFFD for what PostgreSQL cannot store: NUL, and halves of surrogate pairs. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** The value as JSON that a `jsonb` column takes, whatever texts are in it. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? storableText(part) : part));
}
