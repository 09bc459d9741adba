import { watchLauncher } from '../launcher-gone.ts';

// A program that is launched, and goes on until it is told otherwise.
watchLauncher();
setInterval(() => undefined, 60_000);
process.send?.('runs');
