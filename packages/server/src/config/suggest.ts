/** The candidate that is most like what was written, if one is like it at all. */
export function suggest(written: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(written);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const last = candidate.split('.').at(-1) ?? candidate;
    const distance = Math.min(
      editDistance(wanted, plain(candidate)),
      editDistance(plain(written.split('.').at(-1) ?? ''), plain(last)) + 0.5,
    );
    if (!best || distance < best.distance) best = { candidate, distance };
  }
  return best && best.distance <= Math.max(2, wanted.length / 4) ? best.candidate : undefined;
}

/** Spelling matters, not how the words are joined. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
