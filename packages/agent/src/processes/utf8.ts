/** How many bytes at the end of `bytes` begin a UTF-8 character whose rest is not there yet: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  const length = bytes.length;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back] as number;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    return back < characterLength(byte) ? back : 0;
  }
  return 0;
}

/** How long the character is that begins with this byte; 1 for ASCII and for bytes that begin none. */
function characterLength(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  return 1;
}

/** How many bytes before `at` the character begins that `at` is in the middle of: 0 to 3. `before` are the bytes up to `at`. */
export function stepsIntoCharacter(before: Uint8Array, at: number | undefined): number {
  if (at === undefined || (at & 0b1100_0000) !== 0b1000_0000) return 0;
  return incompleteTail(before);
}
