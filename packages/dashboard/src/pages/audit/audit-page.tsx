import type { User } from '@coder/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { meQuery } from '../../queries.ts';
import { mayOpen } from '../../shell/access.ts';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Page, Panel } from '../../ui/page.tsx';
import { AuditFilterForm } from './audit-filter.tsx';
import { AuditRow } from './audit-row.tsx';
import { suggestionsOf } from './entry.ts';
import { type AuditFilter, auditQuery } from './filter.ts';

const PAGE_SIZE = 50;
const REFRESH_MS = 4000;

/** What has been done, and what was tried: of all users for administrators and auditors, for others what was done in their name. */
export function AuditPage() {
  const { data: me } = useQuery(meQuery);
  return me ? <Shown me={me} /> : null;
}

function Shown({ me }: { me: User }) {
  const filter = useSearch({ from: '/signed-in/shell/audit' });
  const navigate = useNavigate();
  const { page = 1 } = filter;
  const q = auditQuery(filter);
  const ofAll = mayOpen(me, 'audit');
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['audit', ofAll, q, page],
    queryFn: () => {
      const query = { q, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE };
      return ofAll ? api.deployment.audit(query) : api.deployment.activity({ user: 'me', ...query });
    },
    placeholderData: keepPreviousData,
    // The first page follows what happens; further back, what somebody reads stays where it is.
    refetchInterval: page === 1 ? REFRESH_MS : false,
  });
  const show = (next: AuditFilter) => void navigate({ to: '/audit', search: next });
  const last = data ? Math.max(1, Math.ceil(data.count / PAGE_SIZE)) : page;
  return (
    <Page
      title={ofAll ? 'Audit' : 'Activity'}
      lead={
        ofAll
          ? 'Every action of users, tokens and AI agents, the newest first.'
          : 'What was done in your name, by you, your tokens and the AI agents that you have connected; the newest first.'
      }
    >
      <AuditFilterForm
        key={q}
        filter={filter}
        ofAll={ofAll}
        suggestions={suggestionsOf(data?.audit_logs ?? [])}
        onShow={show}
      />
      {error && <Failure error={error} />}
      {(data || !error) && (
        <Panel flush>
          {data === undefined ? (
            <Loading rows={8} />
          ) : data.audit_logs.length === 0 ? (
            <Empty title={q === '' ? 'Nothing has been done yet' : 'Nothing matches'}>
              {q === '' ? (
                'What you, your tokens and connected AI agents do appears here.'
              ) : (
                <Button onClick={() => show({})}>Show everything</Button>
              )}
            </Empty>
          ) : (
            <ul className={`divide-y divide-line ${isPlaceholderData ? 'opacity-60' : ''}`}>
              {data.audit_logs.map((log) => (
                <AuditRow key={log.id} log={log} />
              ))}
            </ul>
          )}
        </Panel>
      )}
      {data && data.count > PAGE_SIZE && (
        <nav aria-label="Pages" className="flex flex-wrap items-center justify-end gap-3 text-muted">
          <span className="tabular-nums">
            Page {page} of {last}, {data.count} entries
          </span>
          <Button disabled={page <= 1} onClick={() => show({ ...filter, page: page - 1 })}>
            Newer
          </Button>
          <Button disabled={page >= last} onClick={() => show({ ...filter, page: page + 1 })}>
            Older
          </Button>
        </nav>
      )}
    </Page>
  );
}
