import type { Actor } from '../authorization/index.ts';
import type { Changes } from '../jobs/index.ts';
import { type FindAppDeps, type FoundApp, findApp } from './find-app.ts';
import { authorizeApp } from './may-use.ts';
import type { AppRequest } from './place.ts';

type Deps = FindAppDeps & { changes: Pick<Changes, 'subscribe'> };
type Visited = {
  readonly request: AppRequest;
  readonly app: FoundApp;
  readonly actor: Actor | undefined;
};

/**
 * Calls `end` when a visitor may no longer open a port because it is shared otherwise, until `over` says that there is nothing
 * left to end. Resolves once it is certain that no change will be missed.
 */
export async function whileShared(
  deps: Deps,
  { request, app, actor }: Visited,
  over: AbortSignal,
  end: () => void,
): Promise<void> {
  if (app.isSharedPort !== true) return;
  const look = async () => {
    try {
      authorizeApp(actor, await findApp(deps, request));
    } catch {
      end();
    }
  };
  const stop = await deps.changes.subscribe('port_share_changed', app.agent.workspaceId, () => void look());
  over.addEventListener('abort', stop, { once: true });
  if (over.aborted) stop();
  // It may have changed since the visitor was let in.
  await look();
}
