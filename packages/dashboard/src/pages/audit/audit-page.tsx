import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { api } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Field, SelectField } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Page, Panel } from '../../ui/page.tsx';
import { AuditRow } from './audit-row.tsx';
import { type AuditFilter, auditFilterOf, auditQuery } from './filter.ts';

const PAGE_SIZE = 50;
const actions = 'create write delete start stop login logout register connect open execute read'.split(' ');
const types =
  'workspace workspace_build workspace_agent workspace_app template template_version file user api_key oauth2_grant oauth2_authorization oauth2_token oauth2_device oauth2_app oauth2_app_secret deployment_config mcp_tool'.split(
    ' ',
  );

/** What has been done, and what was tried: for administrators and auditors. */
export function AuditPage() {
  const filter = useSearch({ from: '/signed-in/shell/audit' });
  const navigate = useNavigate();
  const { page = 1 } = filter;
  const q = auditQuery(filter);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['audit', q, page],
    queryFn: () => api.deployment.audit({ q, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
  const show = (next: AuditFilter) => void navigate({ to: '/audit', search: next });
  const last = data ? Math.max(1, Math.ceil(data.count / PAGE_SIZE)) : page;
  return (
    <Page title="Audit" lead="Every action of users, tokens and AI agents, the newest first.">
      <Filter key={q} filter={filter} onShow={show} />
      {error && <Failure error={error} />}
      {(data || !error) && (
        <Panel flush>
          {data === undefined ? (
            <Loading rows={8} />
          ) : data.audit_logs.length === 0 ? (
            <Empty title="Nothing matches">Change the filter to see more.</Empty>
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
        <nav aria-label="Pages" className="flex items-center justify-end gap-3 text-muted">
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

function Filter({ filter, onShow }: { filter: AuditFilter; onShow: (filter: AuditFilter) => void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onShow(auditFilterOf(Object.fromEntries(new FormData(event.currentTarget))));
  };
  return (
    <search>
      <form onSubmit={submit} className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-6">
        <Field label="User" name="user" defaultValue={filter.user} autoComplete="off" spellCheck={false} />
        <SelectField label="Action" name="action" defaultValue={filter.action ?? ''}>
          <option value="">any</option>
          {actions.map((action) => (
            <option key={action}>{action}</option>
          ))}
        </SelectField>
        <SelectField label="On" name="type" defaultValue={filter.type ?? ''}>
          <option value="">anything</option>
          {types.map((type) => (
            <option key={type} value={type}>
              {type.replaceAll('_', ' ')}
            </option>
          ))}
        </SelectField>
        <Field label="From" name="from" type="date" defaultValue={filter.from} />
        <Field label="To" name="to" type="date" defaultValue={filter.to} />
        <div className="flex gap-2">
          <Button type="submit" className="flex-1">
            Filter
          </Button>
          <Button kind="quiet" onClick={() => onShow({})}>
            Clear
          </Button>
        </div>
      </form>
    </search>
  );
}
