import type { ClientProfile } from '../clients/index.ts';
import type { Exchange } from '../http/http.ts';
import { problem, type Verdict } from '../report.ts';

/** A problem where an answer took longer than the client waits. */
export function tooSlow({ name, patienceMs }: ClientProfile, exchange: Exchange): Verdict[] {
  if (patienceMs === undefined || !exchange.reached || exchange.ms <= patienceMs) return [];
  return [
    problem(
      `${exchange.url} took ${Math.round(exchange.ms / 1_000)} s to answer, and ${name} gives up after ${patienceMs / 1_000} s.`,
      'Look into what holds the server or the proxy up.',
    ),
  ];
}
