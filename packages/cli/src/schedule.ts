import { CliError } from './cli-error.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const usage =
  'Write a schedule like "9:30AM", "Mon-Fri 9:30 Europe/Berlin" or as cron: "CRON_TZ=Europe/Berlin 30 9 * * 1-5".';

function dayNumber(text: string): number {
  const index = DAYS.findIndex((day) => text.toLowerCase().startsWith(day));
  if (index < 0) throw new CliError(`"${text}" is not a day of the week. ${usage}`);
  return index;
}

function parseDays(text: string): string {
  return text
    .split(',')
    .map((part) => part.split('-').map(dayNumber).join('-'))
    .join(',');
}

function parseTime(text: string): { hour: number; minute: number } {
  const [, h, m = '0', half] = /^(\d{1,2})(?::(\d{2}))?(am|pm)?$/i.exec(text) ?? [];
  let hour = Number(h);
  if (half?.toLowerCase() === 'pm' && hour < 12) hour += 12;
  if (half?.toLowerCase() === 'am' && hour === 12) hour = 0;
  if (h === undefined || hour > 23 || Number(m) > 59)
    throw new CliError(`"${text}" is not a time of day. ${usage}`);
  return { hour, minute: Number(m) };
}

/** Reads upstream's `[days] time [zone]`, or a cron line, as the `CRON_TZ=… m h * * days` the server stores. */
export function parseSchedule(text: string): string {
  const words = text.trim().split(/\s+/);
  if (words[0]?.startsWith('CRON_TZ=') || words.length >= 5) return text.trim();
  const zone =
    words.length > 1 && words.at(-1)?.includes('/')
      ? words.pop()
      : words.length > 1 && words.at(-1)?.toUpperCase() === 'UTC'
        ? words.pop()?.toUpperCase()
        : Intl.DateTimeFormat().resolvedOptions().timeZone;
  const days = words.length === 2 ? parseDays(words.shift() ?? '') : '*';
  if (words.length !== 1) throw new CliError(`"${text}" is not a schedule. ${usage}`);
  const { hour, minute } = parseTime(words[0] ?? '');
  return `CRON_TZ=${zone} ${minute} ${hour} * * ${days}`;
}
