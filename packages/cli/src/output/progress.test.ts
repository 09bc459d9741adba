import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { withProgress } from './progress.ts';

beforeEach(() => {
  // Where these are set a spinner draws no frames, on a terminal either.
  vi.stubEnv('CI', undefined);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => vi.unstubAllEnvs());

/** A terminal as a spinner uses it. */
function terminal() {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => true,
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    async shown() {
      stream.end();
      return stripVTControlCharacters(await text(stream));
    },
  };
}

/** Counts the timers that begin from here on: those of whatever else is in this process do not matter. */
function countTimers(): () => number {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  return () => vi.getTimerCount();
}

describe('progress on a terminal', () => {
  it('ends with work that fails, and marks the step that was not finished', async () => {
    const timers = countTimers();
    const { stream, shown } = terminal();
    const work = withProgress(async (progress) => {
      progress.step('Publishing web');
      progress.line('Reading the archive.');
      expect(timers()).toBe(1);
      throw new Error('broken');
    }, stream);
    await expect(work).rejects.toThrow('broken');
    expect(timers()).toBe(0);
    expect(await shown()).toMatch(/Reading the archive\.\n.*✘ Publishing web\n$/s);
  });

  it('ends with work that is done and said nothing of it, and marks nothing', async () => {
    const timers = countTimers();
    const { stream, shown } = terminal();
    const work = withProgress(async (progress) => {
      progress.step('Starting web');
      expect(timers()).toBe(1);
      return 7;
    }, stream);
    expect(await work).toBe(7);
    expect(timers()).toBe(0);
    expect(await shown()).not.toMatch(/[✘✔]/);
  });

  it('marks a failure once when the work has said it already', async () => {
    const { stream, shown } = terminal();
    const work = withProgress(async (progress) => {
      progress.step('Waiting');
      progress.fail('Not signed in');
      throw new Error('refused');
    }, stream);
    await expect(work).rejects.toThrow('refused');
    expect((await shown()).match(/✘ .*/g)).toEqual(['✘ Not signed in']);
  });
});
