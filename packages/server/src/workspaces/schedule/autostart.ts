import { CronExpressionParser } from 'cron-parser';

/** What is wrong with an autostart schedule; the message completes "The schedule …". */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

export type Autostart = {
  /** The next time strictly after the given one. */
  next(after: Date): Date;
};

const form = /^(?:CRON_TZ=(?<zone>\S+)\s+)?(?<minute>\d{1,2})\s+(?<hour>\d{1,2})\s+\*\s+\*\s+(?<days>\S+)$/;

/**
 * Reads upstream's autostart schedule: `CRON_TZ=Europe/Berlin 30 9 * * 1-5`. Minute and hour are fixed, days of the month and
 * months are every one; without a zone it is UTC.
 */
export function parseAutostart(schedule: string): Autostart {
  const fields = form.exec(schedule.trim())?.groups;
  if (!fields) {
    throw new ScheduleError(
      'must be "[CRON_TZ=<zone>] <minute> <hour> * * <days of week>", for example "CRON_TZ=Europe/Berlin 30 9 * * 1-5"',
    );
  }
  const { zone = 'UTC', minute, hour, days } = fields;
  if (!isZone(zone)) throw new ScheduleError(`names the time zone "${zone}", which is not known`);
  const expression = `${minute} ${hour} * * ${days}`;
  const at = (after: Date) => {
    try {
      return CronExpressionParser.parse(expression, { tz: zone, currentDate: after });
    } catch (error) {
      throw new ScheduleError(`is not valid: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  at(new Date(0));
  return { next: (after) => at(after).next().toDate() };
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** When a workspace of this schedule starts next; null when it has none or its template does not allow one. */
export function nextStart(schedule: string | null, allowed: boolean, after: Date): Date | null {
  return schedule === null || schedule === '' || !allowed ? null : parseAutostart(schedule).next(after);
}
