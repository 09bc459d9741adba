import { type AuditLog, visibleLine } from '@coder/api';
import { Link } from '@tanstack/react-router';
import { plainName } from '../../lib/plain-name.ts';
import { Badge } from '../../ui/badge.tsx';
import { ExactLine } from '../../ui/exact-text.tsx';
import { Icon } from '../../ui/icon.tsx';
import { callerOf, outcomeOf } from './entry.ts';

/** One entry; opened, it shows everything that is recorded. */
export function AuditRow({ log }: { log: AuditLog }) {
  const outcome = outcomeOf(log.status_code);
  // Sweden writes times as ISO 8601 does: short, and of one width.
  const at = new Date(log.time).toLocaleString('sv-SE');
  return (
    <li>
      <details className="group">
        <summary className="flex list-none items-center gap-x-3 gap-y-1 px-4 py-2 hover:bg-sunken max-md:flex-wrap">
          <Icon
            name="chevron"
            className="size-3.5 -rotate-90 text-muted transition-transform group-open:rotate-0 max-md:hidden"
          />
          <time
            dateTime={log.time}
            className="w-36 shrink-0 whitespace-nowrap text-[13px] text-muted tabular-nums"
          >
            {at}
          </time>
          <span className="min-w-0 flex-1 truncate max-md:order-last max-md:basis-full" dir="ltr">
            {visibleLine(log.description)}
          </span>
          <Caller log={log} />
          <span className="flex shrink-0 justify-end md:w-30">
            <Badge tone={outcome.tone}>{outcome.text}</Badge>
          </span>
        </summary>
        <Facts log={log} />
      </details>
    </li>
  );
}

/** By what it was done. A session is the usual case, and stays silent. */
function Caller({ log }: { log: AuditLog }) {
  const { application, token } = callerOf(log);
  const name = application || token;
  return (
    <span className="flex w-40 shrink-0 justify-end overflow-hidden text-[13px] text-muted max-md:ml-auto max-md:w-auto max-md:max-w-40">
      {name !== '' && (
        <span className="inline-flex min-w-0 items-center gap-1">
          <Icon name={application ? 'link' : 'key'} className="size-3.5" />
          <span className="sr-only">{application ? 'by the application' : 'by the token'}</span>
          <bdi className="truncate">{plainName(name)}</bdi>
        </span>
      )}
    </span>
  );
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function Facts({ log }: { log: AuditLog }) {
  const facts: [string, string][] = [
    ['Address', log.ip],
    ['Program', log.user_agent],
    ['Resource', [log.resource_type, log.resource_id].filter(Boolean).join(' ')],
    ...Object.entries(log.additional_fields).map(([name, value]): [string, string] => [
      name.replaceAll('_', ' '),
      shown(value),
    ]),
    ...Object.entries(log.diff).map(([field, { old, new: now, secret }]): [string, string] => [
      `change of ${field}`,
      secret ? 'secret' : `${JSON.stringify(old)} → ${JSON.stringify(now)}`,
    ]),
  ];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 bg-sunken px-4 py-3 text-[13px]">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="font-mono text-xs leading-5">
              <ExactLine text={value} />
            </dd>
          </div>
        ))}
      {log.request_id !== '' && (
        <div className="contents">
          <dt className="text-muted">Request</dt>
          <dd className="font-mono text-xs leading-5 [overflow-wrap:anywhere]">
            {log.request_id}{' '}
            <Link
              to="/audit"
              search={{ request: log.request_id }}
              className="rounded font-sans text-[13px] text-accent hover:underline"
            >
              All of this request
            </Link>
          </dd>
        </div>
      )}
    </dl>
  );
}
