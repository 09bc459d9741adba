import { ApiError, type AppPlace, type SharingLevel } from '@coder/api';
import { type AgentTarget, findTargets } from '../agents/index.ts';
import type { Db } from '../database/index.ts';
import type { AppRequest } from './place.ts';
import { sharingOfPort } from './port-share.ts';

/** What a request wants to reach, found. */
export type FoundApp = {
  readonly agent: AgentTarget;
  readonly place: AppPlace;
  /** On the workspace's loopback. */
  readonly port: number;
  /** What every path is put behind, without a slash at its end. */
  readonly basePath: string;
  /** Asked for when a request has no query of its own. */
  readonly defaultSearch: string;
  readonly sharing: SharingLevel;
  /** It is shared for itself, which may end at any time; an app is shared by its template. */
  readonly isSharedPort?: boolean;
  /** For people: `port 8080` or `app "code-server"`. */
  readonly title: string;
  /** Why it cannot be shown, for those who may know of it. */
  readonly problem?: ApiError;
};

export type FindAppDeps = {
  db: Db;
  /** `--disable-workspace-sharing`: no port is for anybody but its owner. */
  withoutSharing: boolean;
};

/**
 * Finds the agent and the port that a request is for. Throws {@link appNotFound}. What is found may be known to its owner
 * alone, and so may what is wrong with it.
 */
export async function findApp({ db, withoutSharing }: FindAppDeps, request: AppRequest): Promise<FoundApp> {
  const { ownerName, workspaceName, agentName, target } = request;
  const names = { ownerName, workspaceName, agentName };
  const current = await findTargets(db, names);
  // A build that stops a workspace has no agents: that it is stopped is told of those that it had.
  const agents = current.length > 0 ? current : await findTargets(db, { ...names, stopped: true });
  const [agent] = agents;
  if (!agent) throw appNotFound();
  const place = {
    target,
    agentName: agent.agentName,
    workspaceName: agent.workspaceName,
    ownerName: agent.ownerName,
  };
  if (agents.length > 1) {
    const each = agents.map((found) => `${workspaceName}.${found.agentName}`).join(', ');
    const problem = unusable(`Workspace "${workspaceName}" has several agents: name one, as in ${each}.`);
    return { agent, place, ...nowhere, sharing: 'owner', title: `workspace "${workspaceName}"`, problem };
  }
  if (typeof target === 'number') {
    const title = `port ${target}`;
    const sharing = withoutSharing ? 'owner' : await sharingOfPort(db, agent, target);
    const isSharedPort = sharing !== 'owner';
    return { agent, place, port: target, basePath: '', defaultSearch: '', sharing, isSharedPort, title };
  }
  const app = await db
    .selectFrom('workspace_apps')
    .select(['url', 'external', 'sharing_level', 'slug'])
    .where('agent_id', '=', agent.agentId)
    .where('slug', '=', target)
    .executeTakeFirst();
  if (!app) throw appNotFound();
  const title = `app "${app.slug}"`;
  const sharing = app.sharing_level as SharingLevel;
  return { agent, place, ...upstreamOf(app, title), sharing, title };
}

/** The one answer about what is not there and about what the caller may not see. */
export function appNotFound(): ApiError {
  return new ApiError('NOT_FOUND', {
    message: 'There is no such workspace, port or app, or you may not see it.',
  });
}

const nowhere = { port: 0, basePath: '', defaultSearch: '' };
const loopback = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]']);

/** Where an app answers. Only what the workspace itself serves is proxied. */
function upstreamOf(
  { url, external }: { url: string | null; external: boolean },
  title: string,
): Pick<FoundApp, 'port' | 'basePath' | 'defaultSearch' | 'problem'> {
  const refused = (why: string) => ({ ...nowhere, problem: unusable(`The ${title} ${why}`) });
  if (url === null) return refused('is a command: open it in a terminal.');
  if (external || !URL.canParse(url)) return refused('is a link and not served here.');
  const at = new URL(url);
  if (at.protocol !== 'http:' || !loopback.has(at.hostname)) {
    return refused('cannot be shown here: its url must be http://localhost:<port>.');
  }
  return {
    port: Number(at.port || 80),
    basePath: at.pathname.replace(/\/+$/, ''),
    defaultSearch: at.search,
  };
}

function unusable(message: string): ApiError {
  return new ApiError('BAD_REQUEST', { message });
}
