import type { AuditLog } from '@coder/api';
import type { Tone } from '../../ui/badge.tsx';

/** How an action ended: 0 says that nobody knows, since the server ended in the middle of it or it still runs. */
export function outcomeOf(status: number): { text: string; tone: Tone } {
  if (status === 0) return { text: 'open', tone: 'warn' };
  if (status < 400) return { text: 'done', tone: 'good' };
  if (status === 428) return { text: 'approval asked', tone: 'busy' };
  if (status === 401 || status === 403) return { text: `refused ${status}`, tone: 'bad' };
  return { text: `failed ${status}`, tone: 'bad' };
}

/** A field that only some entries have, as text. */
function field({ additional_fields: fields }: Pick<AuditLog, 'additional_fields'>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

/** By what a user acted: an application, a token, or, where nothing is said, a session of their own. */
export function callerOf(log: Pick<AuditLog, 'additional_fields'>): {
  application: string;
  applicationId: string;
  token: string;
} {
  return {
    application: field(log, 'application'),
    applicationId: field(log, 'application_id'),
    token: field(log, 'token'),
  };
}

/** What the fields of a filter may be filled with: what is on the page. */
export function suggestionsOf(logs: readonly Pick<AuditLog, 'additional_fields' | 'user'>[]) {
  const of = (value: (log: (typeof logs)[number]) => string) =>
    [...new Set(logs.map(value))].filter(Boolean).sort();
  return {
    user: of((log) => log.user?.username ?? ''),
    application: of((log) => field(log, 'application')),
    token: of((log) => field(log, 'token')),
    tool: of((log) => field(log, 'tool')),
  };
}
