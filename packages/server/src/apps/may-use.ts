import { ApiError } from '@coder/api';
import { workspaceResource } from '../agents/index.ts';
import { type Actor, authorize, can } from '../authorization/index.ts';
import { appNotFound, type FoundApp } from './find-app.ts';

/**
 * Throws unless somebody may use a port or an app: whoever may connect to the workspace's apps may use all of them; an app may be
 * shared further. A token must carry the scope and let the workspace through, however far the app is shared. Of what
 * nobody could use it throws the reason, to those who may know it.
 */
export function authorizeApp(actor: Actor | undefined, app: FoundApp): void {
  authorizeVisitor(actor, app);
  if (app.problem) throw app.problem;
}

function authorizeVisitor(actor: Actor | undefined, { agent, sharing }: FoundApp): void {
  if (sharing === 'public') return;
  if (!actor) throw new ApiError('UNAUTHENTICATED');
  if (
    sharing === 'authenticated' ||
    (sharing === 'organization' && actor.organizations.has(agent.organizationId))
  ) {
    // As if it were the caller's own, in an organization of the caller's: then only the token decides.
    const organizationId = actor.organizations.has(agent.organizationId)
      ? agent.organizationId
      : [...actor.organizations.keys()][0];
    const own = { ...workspaceResource(agent), ownerId: actor.user.id, organizationId };
    if (can(actor, 'application_connect', own)) return;
  }
  try {
    authorize(actor, 'application_connect', workspaceResource(agent));
  } catch (error) {
    throw error instanceof ApiError && error.code === 'NOT_FOUND' ? appNotFound() : error;
  }
}
