/** The newest bytes a terminal showed, so that a viewer who comes back sees where things stand. */
export function createScrollback(capacity: number): { push(bytes: Buffer): void; bytes(): Buffer } {
  let parts: Buffer[] = [];
  let size = 0;
  return {
    push(bytes) {
      parts.push(bytes);
      size += bytes.length;
      // Copied together only when half of it is too much, so that each byte is copied once on average.
      if (size > capacity * 2) {
        const kept = trim(Buffer.concat(parts), capacity);
        parts = [kept];
        size = kept.length;
      }
    },
    bytes: () => trim(Buffer.concat(parts), capacity),
  };
}

/** The last bytes, beginning at a line if there is one: the middle of an escape sequence would be shown as letters. */
function trim(all: Buffer, capacity: number): Buffer {
  if (all.length <= capacity) return all;
  const tail = all.subarray(all.length - capacity);
  const line = tail.indexOf(10);
  return Buffer.from(line === -1 ? tail : tail.subarray(line + 1));
}
