/** Of what is written nobody reads any more (`coder list | head -1`): by default that is the end, and no failure. */
let whenGone: () => void = () => process.exit(0);

/** Watches standard output, from the start of the program. */
export function watchReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    whenGone();
  });
}

/** Has this done in place of the default. Call what it returns when that is no longer needed. */
export function onReaderGone(handler: () => void): () => void {
  const before = whenGone;
  whenGone = handler;
  return () => {
    whenGone = before;
  };
}
