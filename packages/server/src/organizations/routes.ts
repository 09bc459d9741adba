import { api } from '../http/index.ts';
import type { Organizations } from './organizations.ts';

export const organizationRoutes = ({ organizations }: { organizations: Organizations }) => ({
  list: api.organizations.list.handler(({ context }) => organizations.list(context.actor!)),
  get: api.organizations.get.handler(({ input, context }) =>
    organizations.get(context.actor!, input.organization),
  ),
  members: api.organizations.members.handler(({ input, context }) =>
    organizations.members(context.actor!, input.organization, input),
  ),
});
