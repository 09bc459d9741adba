import type { WorkspaceApp, WorkspaceAppStatus } from '@coder/api';
import type { Selectable } from 'kysely';
import type { Tables } from '../../database/index.ts';

type AppRow = Selectable<Tables['workspace_apps']>;
type StatusRow = Selectable<Tables['workspace_app_statuses']>;

/** What an app's name below the wildcard domain is made of. */
export interface AppPlace {
  agentName: string;
  workspaceName: string;
  ownerName: string;
}

export function presentApp(row: AppRow, place: AppPlace, statuses: WorkspaceAppStatus[]): WorkspaceApp {
  return {
    id: row.id,
    ...(row.url === null ? {} : { url: row.url }),
    external: row.external,
    slug: row.slug,
    ...(row.display_name === '' ? {} : { display_name: row.display_name }),
    ...(row.command === null ? {} : { command: row.command }),
    ...(row.icon === '' ? {} : { icon: row.icon }),
    subdomain: row.subdomain,
    ...(row.subdomain ? { subdomain_name: subdomainName(row.slug, place) } : {}),
    sharing_level: row.sharing_level as WorkspaceApp['sharing_level'],
    healthcheck: {
      url: row.healthcheck_url,
      interval: row.healthcheck_interval,
      threshold: row.healthcheck_threshold,
    },
    health: row.health as WorkspaceApp['health'],
    ...(row.app_group === '' ? {} : { group: row.app_group }),
    hidden: row.hidden,
    open_in: row.open_in as WorkspaceApp['open_in'],
    statuses,
  };
}

function subdomainName(slug: string, { agentName, workspaceName, ownerName }: AppPlace): string {
  return `${slug}--${agentName}--${workspaceName}--${ownerName}`;
}

export function presentAppStatus(row: StatusRow): WorkspaceAppStatus {
  return {
    id: row.id,
    created_at: row.created_at.toISOString(),
    workspace_id: row.workspace_id,
    agent_id: row.agent_id,
    app_id: row.app_id,
    state: row.state as WorkspaceAppStatus['state'],
    message: row.message,
    uri: row.uri,
    icon: '',
    needs_user_attention: false,
  };
}
