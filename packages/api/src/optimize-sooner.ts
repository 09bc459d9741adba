/** By then a process has loaded what it needs. What is kept compiled is not taken any more once the settings differ. */
const DELAY_MS = 5_000;

/** Loaded only then: that takes some milliseconds, for which the first command of a workspace would wait. */
const setFlag = (flag: string) => process.getBuiltinModule('node:v8').setFlagsFromString(flag);

/**
 * The engine optimizes a function after it has run some hundred times, and well after 3,000, since it counts on loops. What answers a
 * call runs once in each, so a server would be slow for its first thousands of calls, which are days of somebody's work. To be
 * called by a process that stays; it takes effect after {@link DELAY_MS} (`node --v8-options`; docs/decisions/008).
 */
export function optimizeSooner(set: (flag: string) => void = setFlag): void {
  setTimeout(() => {
    set('--invocation-count-for-maglev=50');
    set('--invocation-count-for-turbofan=300');
    set('--minimum-invocations-after-ic-update=50');
  }, DELAY_MS).unref();
}
