/** For an option that may be repeated, or take several values at once, separated by commas. */
export function collectList(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(',').map((part) => part.trim())].filter((part) => part !== '');
}

/** For an option that may be repeated, whose values may hold commas themselves. */
export function collectEach(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
