import * as z from 'zod';
import { route } from '../route.ts';
import { uuid } from '../schemas/common.ts';
import { updateWorkspaceAclSchema, workspaceAclSchema } from '../schemas/workspace-acl.ts';

const tags = ['Workspaces'];
const path = '/workspaces/{workspace}/acl';
const workspace = z.object({ workspace: uuid });

export const workspaceAclRoutes = {
  getAcl: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path, tags, summary: 'With whom a workspace is shared' })
    .input(workspace)
    .output(workspaceAclSchema),
  updateAcl: route
    .meta({
      // Giving a share asks for workspace:share beyond this; whoever may change a workspace may take shares away.
      permission: 'workspace:update',
      session: 'while-approving',
      audit: { action: 'write', resource: 'workspace' },
    })
    .route({
      method: 'PATCH',
      path,
      tags,
      successStatus: 204,
      summary: 'Share a workspace with users and groups, or end that with an empty role',
    })
    .input(updateWorkspaceAclSchema.extend({ workspace: uuid })),
  deleteAcl: route
    .meta({ permission: 'workspace:update', audit: { action: 'write', resource: 'workspace' } })
    .route({ method: 'DELETE', path, tags, successStatus: 204, summary: 'Share a workspace with nobody' })
    .input(workspace),
};
