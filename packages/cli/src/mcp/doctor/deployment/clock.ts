import type { Examination } from '../examination.ts';
import { ok, skipped, type Verdict, warning } from '../report.ts';

/** A Date header is rounded to a second, and the answer takes its time. */
const toleratedMs = 30_000;

/** Whether both clocks agree: tokens, certificates and the assertions of hosted clients have ends and beginnings. */
export async function checkClock({ http, target, now }: Examination): Promise<Verdict[]> {
  const before = now();
  const exchange = await http.send(`${target.url}/healthz`);
  const after = now();
  const date = exchange.reached ? Date.parse(exchange.headers.get('date') ?? '') : Number.NaN;
  if (Number.isNaN(date)) return [skipped('the server does not say what time it is')];
  const skew = date < before ? date + 1_000 - before : date > after ? date - after : 0;
  if (Math.abs(skew) <= toleratedMs) return [ok('its clock agrees with this machine')];
  return [
    warning(
      `The clock of the server is ${inWords(Math.abs(skew))} ${skew < 0 ? 'behind' : 'ahead of'} that of this machine.`,
      'Synchronise both with NTP: tokens would expire early, and hosted clients that sign their requests would be refused.',
    ),
  ];
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
