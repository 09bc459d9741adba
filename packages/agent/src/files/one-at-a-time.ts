const last = new Map<string, Promise<unknown>>();

/** Runs what looks at a file and then replaces it, so that nobody else's write of that file comes between. */
export async function oneAtATime<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(path) ?? Promise.resolve();
  const result = before.then(work);
  const settled = result.catch(() => undefined);
  last.set(path, settled);
  try {
    return await result;
  } finally {
    if (last.get(path) === settled) last.delete(path);
  }
}
