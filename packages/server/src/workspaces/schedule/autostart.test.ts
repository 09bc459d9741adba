import { describe, expect, it } from 'vitest';
import { nextStart, parseAutostart, ScheduleError } from './autostart.ts';

describe('an autostart schedule', () => {
  it('is in its own time zone, across the change of the clocks', () => {
    const schedule = parseAutostart('CRON_TZ=Europe/Berlin 30 9 * * 1-5');
    // A Friday in winter, then the Monday after the clocks went forward.
    expect(schedule.next(new Date('2026-03-27T08:00:00Z'))).toEqual(new Date('2026-03-27T08:30:00Z'));
    expect(schedule.next(new Date('2026-03-27T08:30:00Z'))).toEqual(new Date('2026-03-30T07:30:00Z'));
  });

  it('is UTC without one', () => {
    expect(parseAutostart('0 6 * * *').next(new Date('2026-01-01T06:00:00Z'))).toEqual(
      new Date('2026-01-02T06:00:00Z'),
    );
  });

  it.each([
    'whenever',
    '* 9 * * 1-5',
    '0 9 1 * *',
    '0 9 * 1 *',
    '60 9 * * *',
    '0 24 * * *',
    '0 9 * * 8-9',
    'CRON_TZ=Mars/Olympus 0 9 * * *',
    '0 9 * * * *',
  ])('is refused as %s', (text) => {
    expect(() => parseAutostart(text)).toThrow(ScheduleError);
  });

  it('is nothing where the template does not allow it', () => {
    expect(nextStart('0 6 * * *', false, new Date())).toBeNull();
    expect(nextStart(null, true, new Date())).toBeNull();
  });
});
