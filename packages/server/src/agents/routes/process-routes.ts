import { api, holdsEffect } from '../../http/index.ts';
import type { AgentAccess } from './access.ts';

/** Commands. A caller that goes away ends only its waiting: the process goes on, and its output is kept. */
export const processRoutes = ({ access }: { access: AgentAccess }) => ({
  start: api.processes.start.handler(
    holdsEffect(({ input: { agent, ...start }, context }) =>
      access.use(context, agent, 'ssh', ({ processes }, call) =>
        // The right may have ended while the row was written.
        processes.start(start, {
          ...call,
          effectAfter: context.recorded.then(() => access.check(context, agent, 'ssh')),
        }),
      ),
    ),
  ),
  list: api.processes.list.handler(({ input: { agent, ...query }, context }) =>
    access.use(context, agent, 'ssh', ({ processes }, call) => processes.list(query, call)),
  ),
  get: api.processes.get.handler(({ input: { agent, process, wait_ms }, context }) =>
    access.use(context, agent, 'ssh', ({ processes }, call) => processes.get(process, wait_ms, call)),
  ),
  output: api.processes.output.handler(async ({ input: { agent, process, ...query }, context }) => {
    const part = await access.use(context, agent, 'ssh', ({ processes }, call) =>
      processes.output(process, query, call),
    );
    return part.output;
  }),
  signal: api.processes.signal.handler(({ input: { agent, process, ...request }, context }) => {
    context.audit.field('process', process);
    context.audit.field('signal', request.signal);
    return access.use(context, agent, 'ssh', ({ processes }, call) =>
      processes.signal(process, request, call),
    );
  }),
});
