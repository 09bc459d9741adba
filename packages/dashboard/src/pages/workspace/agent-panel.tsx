import { appUrl, portUrl, type Workspace, type WorkspaceAgent, type WorkspaceApp } from '@coder/api';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Panel } from '../../ui/page.tsx';
import { AgentUsage } from './agent-usage.tsx';
import { externalUrl } from './external-url.ts';

const statusTones: Record<WorkspaceAgent['status'], Tone> = {
  connecting: 'busy',
  connected: 'good',
  disconnected: 'bad',
  timeout: 'bad',
};

/** What an agent is doing, in words: its link to the server first, then how far its start is. */
function agentState(agent: WorkspaceAgent): { text: string; tone: Tone } {
  if (agent.status !== 'connected') return { text: agent.status, tone: statusTones[agent.status] };
  const { lifecycle_state: state } = agent;
  if (state === 'ready') return { text: 'ready', tone: 'good' };
  return { text: state.replaceAll('_', ' '), tone: /error|timeout/.test(state) ? 'bad' : 'busy' };
}

/** One agent of a running workspace: its state, its apps, the ports it listens on, what it uses. */
export function AgentPanel({ workspace, agent }: { workspace: Workspace; agent: WorkspaceAgent }) {
  const { data: host } = useQuery({
    queryKey: ['app-host'],
    queryFn: () => api.deployment.appHost(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const ports = useQuery({
    queryKey: ['agents', agent.id, 'ports'],
    queryFn: () => api.agents.listeningPorts({ agent: agent.id }),
    enabled: agent.status === 'connected',
    refetchInterval: 5000,
  });
  const address = { accessUrl: window.location.origin, appHost: host?.host ?? '' };
  const place = { agentName: agent.name, workspaceName: workspace.name, ownerName: workspace.owner_name };
  const apps = agent.apps.filter((app) => !app.hidden);
  const state = agentState(agent);
  return (
    <Panel
      title={
        <span className="flex items-center gap-2">
          Agent {agent.name}
          <Badge tone={state.tone} dot>
            {state.text}
          </Badge>
        </span>
      }
      actions={
        <span className="text-[13px] text-muted">
          {agent.operating_system} {agent.architecture}
        </span>
      }
    >
      <div className="grid gap-5 md:grid-cols-3">
        <div>
          <h3 className="mb-2 text-[13px] font-semibold text-muted">Apps</h3>
          {apps.length === 0 && <p className="text-muted">The template defines none.</p>}
          <ul className="space-y-1.5">
            {apps.map((app) => (
              <AppLine
                key={app.id}
                app={app}
                href={
                  app.external
                    ? externalUrl(app.url)
                    : app.url && appUrl(address, { ...place, target: app.slug })
                }
              />
            ))}
          </ul>
        </div>
        <div>
          <h3 className="mb-2 text-[13px] font-semibold text-muted">Ports</h3>
          {ports.error && <Failure error={ports.error} />}
          {ports.data?.ports.length === 0 && <p className="text-muted">Nothing in the workspace listens.</p>}
          <ul className="space-y-1.5">
            {ports.data?.ports.map(({ port, process_name }) => (
              <li key={port} className="flex items-center gap-2">
                <a
                  href={portUrl(address, { ...place, port })}
                  target="_blank"
                  rel="noreferrer"
                  className={`${buttonClass('plain', 'small')} tabular-nums`}
                >
                  {port} <Icon name="external" className="size-3.5 text-muted" />
                </a>
                <span className="min-w-0 truncate text-muted">{process_name}</span>
              </li>
            ))}
          </ul>
        </div>
        <AgentUsage agent={agent} />
      </div>
    </Panel>
  );
}

const appTones: Record<WorkspaceApp['health'], Tone> = {
  disabled: 'idle',
  initializing: 'busy',
  healthy: 'good',
  unhealthy: 'bad',
};

function AppLine({ app, href }: { app: WorkspaceApp; href: string | undefined }) {
  const name = app.display_name || app.slug;
  return (
    <li className="flex items-center gap-2">
      {href === undefined ? (
        <span className="min-w-0 truncate">
          {name} {app.command && <code className="font-mono text-[13px] text-muted">{app.command}</code>}
        </span>
      ) : (
        <a
          href={href}
          target="_blank"
          rel="noreferrer"
          className={`${buttonClass('plain', 'small')} min-w-0 shrink`}
        >
          <span className="truncate">{name}</span> <Icon name="external" className="size-3.5 text-muted" />
        </a>
      )}
      {app.health !== 'disabled' && <Badge tone={appTones[app.health]}>{app.health}</Badge>}
    </li>
  );
}
