import type { Workspace } from '@coder/api';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Badge } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Loading, Page, Panel } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { activityOf, isBusy, statusOf, transitionsOf } from '../workspaces/status.ts';
import { transitionText, useTransition } from '../workspaces/transition.tsx';
import { AgentPanel } from './agent-panel.tsx';
import { BuildLog } from './build-log.tsx';
import { Sharing } from './sharing.tsx';
import { useWorkspace } from './use-workspace.ts';

export function WorkspacePage() {
  const { owner, name } = useParams({ from: '/signed-in/shell/workspaces/$owner/$name' });
  const { data, error } = useWorkspace(owner, name);
  if (data) return <Shown workspace={data} />;
  return (
    <Page title={name}>
      {error ? (
        <>
          <Failure error={error} />
          <Link to="/workspaces" className={buttonClass()}>
            Show the workspaces
          </Link>
        </>
      ) : (
        <Panel flush>
          <Loading />
        </Panel>
      )}
    </Page>
  );
}

function Shown({ workspace }: { workspace: Workspace }) {
  const navigate = useNavigate();
  const { latest_build: build } = workspace;
  const deleting = build.transition === 'delete';
  const { begin, question, pending, error } = useTransition(workspace, (transition) => {
    if (transition === 'delete') void navigate({ to: '/workspaces', search: {} });
  });
  const status = statusOf(workspace);
  const transitions = transitionsOf(build.status);
  const agents = build.resources.flatMap((resource) => resource.agents ?? []);
  return (
    <Page
      title={workspace.name}
      lead={
        <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <Badge tone={status.tone} dot>
            {status.text}
          </Badge>
          <span>
            {workspace.owner_name} · {workspace.template_display_name || workspace.template_name}
          </span>
          <span>
            used <Ago time={workspace.last_used_at} />
          </span>
          {build.deadline && (
            <span>
              stops <Ago time={build.deadline} />
            </span>
          )}
        </span>
      }
      actions={(['start', 'stop', 'delete'] as const).map((transition) => (
        <Button
          key={transition}
          kind={transition === 'start' && transitions.includes('start') ? 'primary' : 'plain'}
          disabled={!transitions.includes(transition)}
          busy={pending && transition === 'start'}
          onClick={() => begin(transition)}
        >
          {transitionText[transition]}
        </Button>
      ))}
    >
      {error && <Failure error={error} />}
      <Activities workspace={workspace} />
      {!deleting && agents.map((agent) => <AgentPanel key={agent.id} workspace={workspace} agent={agent} />)}
      {!deleting && agents.length === 0 && !isBusy(build.status) && (
        <Panel>
          <p className="text-muted">
            The workspace does not run, so it has no apps and no ports. Start it to work in it; its files are
            kept.
          </p>
        </Panel>
      )}
      {!deleting && <Sharing workspace={workspace} />}
      <BuildLog build={build} />
      {question}
    </Page>
  );
}

/** What AI agents have said they are doing, the latest first. Their words are shown as text, whatever they hold. */
function Activities({ workspace }: { workspace: Workspace }) {
  const apps = workspace.latest_build.resources.flatMap((r) =>
    (r.agents ?? []).flatMap((agent) => agent.apps),
  );
  const statuses = apps
    .flatMap((app) => app.statuses.map((status) => ({ app: app.display_name || app.slug, ...status })))
    .sort((a, b) => b.created_at.localeCompare(a.created_at))
    .slice(0, 5);
  if (statuses.length === 0) return null;
  return (
    <Panel title="AI agents" flush>
      <ul className="divide-y divide-line">
        {statuses.map((status) => (
          <li key={status.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
            <Badge tone={activityOf(status).tone}>{activityOf(status).text}</Badge>
            <span className="min-w-0 flex-1 basis-48 [overflow-wrap:anywhere]">{status.message}</span>
            <span className="text-[13px] text-muted">
              {status.app}, <Ago time={status.created_at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
