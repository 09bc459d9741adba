import { api } from '../http/index.ts';
import type { Workspaces } from './service.ts';

/** The routes under /workspaces/{workspace}/port-share. */
export const portShareRoutes = ({ workspaces: { ports } }: { readonly workspaces: Workspaces }) => ({
  portShares: api.workspaces.portShares.handler(({ input, context }) =>
    ports.portShares(context.actor!, input.workspace),
  ),
  updatePortShare: api.workspaces.updatePortShare.handler(
    async ({ input: { workspace, ...request }, context }) => {
      context.audit.target(workspace, '');
      const { share, changed } = await ports.updatePortShare(context.actor!, workspace, request);
      context.audit.target(workspace, changed.name);
      context.audit.diff(changed.field, changed.before, share.share_level);
      return share;
    },
  ),
  deletePortShare: api.workspaces.deletePortShare.handler(
    async ({ input: { workspace, ...place }, context }) => {
      context.audit.target(workspace, '');
      const { name, field, before } = await ports.deletePortShare(context.actor!, workspace, place);
      context.audit.target(workspace, name);
      context.audit.diff(field, before, 'owner');
      return { message: `Port ${place.port} is shared no longer.` };
    },
  ),
});
