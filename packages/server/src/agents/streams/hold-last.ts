/**
 * Passes parts on, each only when the next has come, and the last when the source has ended well. A source that finds at its end
 * that what it gave was damaged can so keep the whole from looking complete.
 */
export async function* holdLast<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  let held: { part: T } | undefined;
  for await (const part of source) {
    if (held) yield held.part;
    held = { part };
  }
  if (held) yield held.part;
}
