import { type ResourceLimits, resourceNames } from '@coder/api';
import { api, type RequestContext } from '../http/index.ts';
import type { Quotas } from './quotas.ts';

/** The routes of quotas. */
export const quotaRoutes = ({ quotas }: { quotas: Quotas }) => ({
  credits: api.quotas.credits.handler(({ input, context }) =>
    quotas.credits(context.actor!, input.organization, input.user),
  ),
  creditsInDefault: api.quotas.creditsInDefault.handler(({ input, context }) =>
    quotas.credits(context.actor!, 'default', input.user),
  ),
  getMember: api.quotas.getMember.handler(({ input, context }) =>
    quotas.member(context.actor!, input.organization, input.user),
  ),
  updateMember: api.quotas.updateMember.handler(async ({ input, context }) => {
    const { organization, user, limits } = input;
    context.audit.target('', user);
    const change = await quotas.updateMember(context.actor!, organization, user, limits);
    context.audit.target(change.id, change.name);
    context.audit.field('organization_id', change.organizationId);
    changed(context, 'limits', change.before, change.after);
    return change.quota;
  }),
  getGroup: api.quotas.getGroup.handler(({ input, context }) => quotas.group(context.actor!, input.group)),
  updateGroup: api.quotas.updateGroup.handler(async ({ input: { group, ...input }, context }) => {
    context.audit.target(group, '');
    const { quota, before, after, id, name } = await quotas.updateGroup(context.actor!, group, input);
    context.audit.target(id, name);
    changed(context, 'member_limits', before.member_limits, after.member_limits);
    changed(context, 'total_limits', before.total_limits, after.total_limits);
    return quota;
  }),
});

function changed(
  context: RequestContext,
  field: string,
  before: ResourceLimits,
  after: ResourceLimits,
): void {
  for (const name of resourceNames) {
    if (before[name] !== after[name]) context.audit.diff(`${field}.${name}`, before[name], after[name]);
  }
}
