/** The work's result, or an error once the signal has fired and the work has had `graceMs` to let go. */
export async function bounded<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => reject(new Error('it took too long')), graceMs);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    // Had the race been lost, its own failure would have nobody to go to.
    work.catch(() => undefined);
  }
}
