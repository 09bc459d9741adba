/**
 * Makes something when it is first asked for, once for all who ask. What could not be made fails for those who wait for it, and
 * is made anew for the next.
 */
export function madeOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
