/** By then a process has loaded what it needs. What is kept compiled is not taken any more once the settings differ. */
const DELAY_MS = 5_000;

/**
 * The engine optimizes a function after it has run some hundred times, and well after 3,000, since it counts on loops. What answers a
 * call runs once in each, so a server would be slow for its first thousands of calls, which are days of somebody's work. To be
 * called by a process that stays; it takes effect after {@link DELAY_MS} (`node --v8-options`; docs/decisions/008).
 */
export function optimizeSooner(): void {
  setTimeout(async () => {
    // Loading it takes some milliseconds, for which the first command of a workspace would wait.
    const { setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--invocation-count-for-maglev=50');
    setFlagsFromString('--invocation-count-for-turbofan=300');
    setFlagsFromString('--minimum-invocations-after-ic-update=50');
  }, DELAY_MS).unref();
}
