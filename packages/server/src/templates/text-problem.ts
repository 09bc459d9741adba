/** Why neither the database nor an environment can hold a text, in words that follow its name; undefined when both can. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'must be text without NUL';
  return text.isWellFormed() ? undefined : 'is not valid Unicode: it has half of a surrogate pair';
}
