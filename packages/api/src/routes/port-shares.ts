import * as z from 'zod';
import { route } from '../route.ts';
import { responseMessage, uuid } from '../schemas/common.ts';
import {
  deletePortShareSchema,
  portShareSchema,
  portSharesSchema,
  updatePortShareSchema,
} from '../schemas/port-shares.ts';

const tags = ['Ports and apps'];
const path = '/workspaces/{workspace}/port-share';
const workspace = z.object({ workspace: uuid });
const audit = { action: 'write', resource: 'workspace' } as const;

export const portShareRoutes = {
  portShares: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path, tags, summary: 'Which ports of a workspace are shared, and how far' })
    .input(workspace)
    .output(portSharesSchema),
  updatePortShare: route
    .meta({ permission: 'workspace:share', session: 'while-approving', audit })
    .route({
      method: 'POST',
      path,
      tags,
      summary: 'Share a port, as far as the template lets ports be shared',
    })
    .input(updatePortShareSchema.extend({ workspace: uuid }))
    .output(portShareSchema),
  deletePortShare: route
    .meta({ permission: 'workspace:update', audit })
    .route({ method: 'DELETE', path, tags, summary: 'Share a port no longer' })
    .input(deletePortShareSchema.extend({ workspace: uuid }))
    .output(responseMessage),
};
