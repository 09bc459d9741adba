/** Where the time comes from. Everything that asks for the time takes a clock, so that a test can hold it still. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
