import { api, type RequestContext } from '../http/index.ts';
import type { Approvals } from './service.ts';

export const approvalRoutes = ({ approvals }: { approvals: Approvals }) => {
  async function decide(
    context: RequestContext,
    id: string,
    decision: 'approved' | 'denied',
    reason?: string,
  ) {
    const { before, after } = await approvals.decide(context.actor!, id, decision, reason);
    context.audit.target(id, `${after.username}: ${after.target.name}`);
    context.audit.diff('status', before.status, after.status);
    context.audit.field('route', after.route);
    context.audit.field('arguments_sha256', after.arguments_sha256);
    return after;
  }

  return {
    list: api.approvals.list.handler(({ input, context }) => approvals.list(context.actor!, input)),
    get: api.approvals.get.handler(({ input, context }) => approvals.get(context.actor!, input.approval)),
    approve: api.approvals.approve.handler(({ input, context }) =>
      decide(context, input.approval, 'approved'),
    ),
    deny: api.approvals.deny.handler(({ input, context }) =>
      decide(context, input.approval, 'denied', input.reason),
    ),
    getPolicy: api.approvals.getPolicy.handler(() => approvals.deploymentPolicy()),
    updatePolicy: api.approvals.updatePolicy.handler(async ({ input, context }) => {
      const { policy, before } = await approvals.setDeploymentPolicy(context.actor!, input.classes);
      context.audit.target('', 'deployment');
      context.audit.diff('classes', before, policy.classes);
      return policy;
    }),
    getUserPolicy: api.approvals.getUserPolicy.handler(({ input, context }) =>
      approvals.userPolicy(context.actor!, input.user),
    ),
    updateUserPolicy: api.approvals.updateUserPolicy.handler(async ({ input, context }) => {
      const changed = await approvals.setUserPolicy(context.actor!, input.user, input.classes);
      context.audit.target(changed.userId, changed.username);
      context.audit.diff('classes', changed.before, changed.policy.classes);
      return changed.policy;
    }),
  };
};
