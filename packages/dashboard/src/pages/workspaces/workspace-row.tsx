import type { Transition, Workspace, WorkspaceMetrics } from '@coder/api';
import { Link } from '@tanstack/react-router';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Ago } from '../../ui/time.tsx';
import { activityOf, statusOf, transitionsOf } from './status.ts';
import { transitionText, useTransition } from './transition.tsx';
import { Usage } from './usage.tsx';

const icons: Record<Transition, IconName> = { start: 'play', stop: 'stop', delete: 'trash' };

/** One workspace of the list: on a wide page a row of a grid, on a narrow one a card of lines. */
export function WorkspaceRow({
  workspace,
  metrics,
}: {
  workspace: Workspace;
  metrics: WorkspaceMetrics | undefined;
}) {
  const { begin, question, pending, error } = useTransition(workspace);
  const status = statusOf(workspace);
  const { latest_app_status: activity, latest_build: build } = workspace;
  const [first, ...others] = transitionsOf(build.status);
  return (
    <li className="px-4 py-3">
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 lg:grid-cols-[minmax(0,1.3fr)_7.5rem_minmax(0,1.6fr)_11rem_8.5rem]">
        <div className="min-w-0">
          <Link
            to="/workspaces/$owner/$name"
            params={{ owner: workspace.owner_name, name: workspace.name }}
            className="block truncate rounded font-medium hover:underline"
          >
            {workspace.name}
          </Link>
          <p className="truncate text-[13px] text-muted">
            {workspace.owner_name} · {workspace.template_display_name || workspace.template_name}
            {workspace.outdated && <span className="text-warn"> · newer version</span>}
          </p>
        </div>
        <div className="max-lg:justify-self-end">
          <Badge tone={status.tone} dot>
            {status.text}
          </Badge>
        </div>
        <div className="min-w-0 text-[13px] max-lg:col-span-2">
          {activity ? (
            <p className="flex items-center gap-2">
              <Badge tone={activityOf(activity).tone}>{activityOf(activity).text}</Badge>
              <span className="min-w-0 truncate" title={activity.message}>
                {activity.message}
              </span>
              <span className="shrink-0 text-muted max-xl:hidden">
                <Ago time={activity.created_at} />
              </span>
            </p>
          ) : (
            <p className="text-muted">
              Used <Ago time={workspace.last_used_at} />
            </p>
          )}
        </div>
        <div className="min-w-0">
          <Usage metrics={build.status === 'running' ? metrics : undefined} />
        </div>
        <div className="flex justify-end gap-1.5">
          {first !== undefined && (
            <Button size="small" busy={pending} onClick={() => begin(first)}>
              <Icon name={icons[first]} className="size-3.5" />
              {transitionText[first]}
            </Button>
          )}
          <Menu
            trigger={
              <Button
                size="small"
                kind="quiet"
                aria-label={`More for ${workspace.name}`}
                disabled={others.length === 0}
              >
                <Icon name="more" />
              </Button>
            }
          >
            {others.map((transition) => (
              <MenuItem key={transition} danger={transition === 'delete'} onSelect={() => begin(transition)}>
                <Icon name={icons[transition]} />
                {transitionText[transition]}
              </MenuItem>
            ))}
          </Menu>
        </div>
      </div>
      {(error || build.job.error) && (
        <div className="mt-2.5">
          {error ? (
            <Failure error={error} />
          ) : (
            <p className="text-[13px] text-bad [overflow-wrap:anywhere]">{build.job.error}</p>
          )}
        </div>
      )}
      {question}
    </li>
  );
}
