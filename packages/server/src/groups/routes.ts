import { api, type RequestContext } from '../http/index.ts';
import type { Groups } from './groups.ts';

/** More names than this say nothing to a reader of the audit log. */
const namesShown = 50;

/** The routes of groups. */
export const groupRoutes = ({ groups }: { groups: Groups }) => ({
  list: api.groups.list.handler(({ input, context }) => groups.list(context.actor!, input)),
  listInOrganization: api.groups.listInOrganization.handler(({ input, context }) =>
    groups.list(context.actor!, input),
  ),
  create: api.groups.create.handler(async ({ input: { organization, ...input }, context }) => {
    context.audit.target('', input.name);
    return audited(context, await groups.create(context.actor!, organization, input));
  }),
  getByName: api.groups.getByName.handler(({ input, context }) =>
    groups.getByName(context.actor!, input.organization, input.name),
  ),
  get: api.groups.get.handler(({ input, context }) => groups.get(context.actor!, input.group)),
  members: api.groups.members.handler(({ input, context }) =>
    groups.members(context.actor!, input.group, input),
  ),
  update: api.groups.update.handler(async ({ input: { group, ...input }, context }) => {
    context.audit.target(group, '');
    const { before, after, added, removed } = await groups.update(context.actor!, group, input);
    for (const field of ['name', 'display_name', 'avatar_url', 'quota_allowance'] as const) {
      if (before[field] !== after[field]) context.audit.diff(field, before[field], after[field]);
    }
    const names = (users: typeof added) => users.slice(0, namesShown).map(({ username }) => username);
    if (added.length > 0) context.audit.field('added', names(added));
    if (removed.length > 0) context.audit.field('removed', names(removed));
    return audited(context, after);
  }),
  delete: api.groups.delete.handler(async ({ input, context }) => {
    context.audit.target(input.group, '');
    const { name } = audited(context, await groups.delete(context.actor!, input.group));
    return { message: `Group ${name} has been deleted.` };
  }),
});

function audited<G extends { id: string; name: string; organization_id: string; organization_name: string }>(
  context: RequestContext,
  group: G,
): G {
  context.audit.target(group.id, group.name);
  context.audit.field('organization', group.organization_name);
  context.audit.field('organization_id', group.organization_id);
  return group;
}
