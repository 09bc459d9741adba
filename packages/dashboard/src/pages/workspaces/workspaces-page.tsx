import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { metricsQuery, workspacesQuery } from '../../queries.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Page, Panel } from '../../ui/page.tsx';
import { WorkspaceRow } from './workspace-row.tsx';

const MINE = 'owner:me';

export function WorkspacesPage() {
  const { filter = MINE } = useSearch({ from: '/signed-in/shell/workspaces' });
  const { data, error } = useQuery(workspacesQuery(filter));
  const { data: metrics } = useQuery(metricsQuery(filter));
  const byId = new Map(metrics?.workspaces.map((one) => [one.workspace_id, one]));
  return (
    <Page title="Workspaces" lead="Development environments that you and your AI agents work in.">
      <Filter key={filter} value={filter} />
      {error && <Failure error={error} />}
      {(data || !error) && (
        <Panel flush>
          {data === undefined ? (
            <Loading />
          ) : data.workspaces.length === 0 ? (
            <NoWorkspaces filtered={filter !== MINE} />
          ) : (
            <ul className="divide-y divide-line">
              {data.workspaces.map((workspace) => (
                <WorkspaceRow key={workspace.id} workspace={workspace} metrics={byId.get(workspace.id)} />
              ))}
            </ul>
          )}
        </Panel>
      )}
      {data && data.count > data.workspaces.length && (
        <p className="text-muted">
          {data.workspaces.length} of {data.count} are shown; narrow the filter to see the others.
        </p>
      )}
    </Page>
  );
}

function Filter({ value }: { value: string }) {
  const navigate = useNavigate();
  const show = (filter: string) =>
    void navigate({ to: '/workspaces', search: filter === MINE ? {} : { filter } });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    show(String(new FormData(event.currentTarget).get('filter')).trim());
  };
  return (
    <search>
      <form onSubmit={submit} className="flex flex-wrap gap-2">
        <div className="relative min-w-0 flex-1 basis-64">
          <Icon name="search" className="absolute top-2.5 left-2.5 size-4 text-muted" />
          <input
            name="filter"
            aria-label="Filter"
            defaultValue={value}
            placeholder="name:demo status:running template:node"
            spellCheck={false}
            autoComplete="off"
            className="h-9 w-full rounded-md border border-line bg-surface pr-2.5 pl-8 font-mono text-[13px]"
          />
        </div>
        <Button type="submit">Filter</Button>
        <div className="flex rounded-md border border-line">
          {(
            [
              ['Mine', MINE],
              ['All', ''],
            ] as const
          ).map(([text, filter]) => (
            <Button
              key={text}
              kind="quiet"
              aria-pressed={value === filter}
              className="h-8.5! aria-pressed:bg-sunken aria-pressed:text-ink"
              onClick={() => show(filter)}
            >
              {text}
            </Button>
          ))}
        </div>
      </form>
    </search>
  );
}

function NoWorkspaces({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No workspace matches">Change the filter, or show all of them.</Empty>;
  return (
    <Empty title="You have no workspace yet">
      Create one with <code className="font-mono">coder create demo --template local</code>, or ask an AI
      agent that is connected to this deployment to make one.
    </Empty>
  );
}
