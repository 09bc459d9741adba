import type { AuditLog } from '@coder/api';
import { Badge, type Tone } from '../../ui/badge.tsx';

/** How an action ended: 0 says that nobody knows, since the server ended in the middle of it or it still runs. */
function outcomeOf(status: number): { text: string; tone: Tone } {
  if (status === 0) return { text: 'open', tone: 'warn' };
  if (status < 400) return { text: 'done', tone: 'good' };
  if (status === 401 || status === 403) return { text: `refused ${status}`, tone: 'bad' };
  return { text: `failed ${status}`, tone: 'bad' };
}

/** One entry; opened, it shows everything that is recorded. */
export function AuditRow({ log }: { log: AuditLog }) {
  const outcome = outcomeOf(log.status_code);
  // Sweden writes times as ISO 8601 does: short, and of one width.
  const at = new Date(log.time).toLocaleString('sv-SE');
  const changes = Object.entries(log.diff);
  const facts: [string, string][] = [
    ['Address', log.ip],
    ['Program', log.user_agent],
    ['Resource', [log.resource_type, log.resource_id].filter(Boolean).join(' ')],
    ['Request', log.request_id],
    ...Object.entries(log.additional_fields).map(([name, value]): [string, string] => [
      name.replaceAll('_', ' '),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    ...changes.map(([field, { old, new: now, secret }]): [string, string] => [
      `change of ${field}`,
      secret ? 'secret' : `${JSON.stringify(old)} → ${JSON.stringify(now)}`,
    ]),
  ];
  return (
    <li>
      <details className="group">
        <summary className="flex list-none items-center gap-x-3 gap-y-1 px-4 py-2 hover:bg-sunken max-sm:flex-wrap">
          <time
            dateTime={log.time}
            className="w-36 shrink-0 whitespace-nowrap text-[13px] text-muted tabular-nums"
          >
            {at}
          </time>
          <span className="min-w-0 flex-1 truncate max-sm:order-last max-sm:basis-full">
            {log.description}
          </span>
          <span className="w-32 shrink-0 truncate text-[13px] text-muted max-md:hidden">{log.ip}</span>
          <span className="flex w-24 shrink-0 justify-end">
            <Badge tone={outcome.tone}>{outcome.text}</Badge>
          </span>
        </summary>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 bg-sunken px-4 py-3 text-[13px]">
          {facts
            .filter(([, value]) => value !== '')
            .map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd className="font-mono text-xs leading-5 [overflow-wrap:anywhere]">{value}</dd>
              </div>
            ))}
        </dl>
      </details>
    </li>
  );
}
