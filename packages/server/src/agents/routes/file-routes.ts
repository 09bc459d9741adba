import type { createFileLinkSchema, FileLink } from '@coder/api';
import type * as z from 'zod';
import { api, type RequestContext } from '../../http/index.ts';
import type { FileCalls } from '../link/index.ts';
import type { AgentAccess, CallSignal } from './access.ts';
import { copyFiles } from './copy-files.ts';

export type FileRoutesDeps = {
  access: AgentAccess;
  /** Makes the address of one file. */
  createLink(
    context: RequestContext,
    request: z.output<typeof createFileLinkSchema> & { agent: string },
  ): Promise<FileLink>;
};

/** Files: each route is the agent's own, asked for by somebody who may. */
export function fileRoutes({ access, createLink }: FileRoutesDeps) {
  function pass<T>(
    context: RequestContext,
    agent: string,
    path: string | undefined,
    work: (files: FileCalls, call: CallSignal) => Promise<T>,
  ): Promise<T> {
    if (path !== undefined) context.audit.field('path', path);
    return access.use(context, agent, 'ssh', ({ files }, call) => work(files, call));
  }

  return {
    stat: api.files.stat.handler(({ input: { agent, ...input }, context }) =>
      pass(context, agent, input.path, (files, call) => files.stat(input, call)),
    ),
    list: api.files.list.handler(({ input: { agent, ...input }, context }) =>
      pass(context, agent, input.path, (files, call) => files.list(input, call)),
    ),
    readLines: api.files.readLines.handler(({ input: { agent, ...input }, context }) =>
      pass(context, agent, input.path, (files, call) => files.readLines(input, call)),
    ),
    readBytes: api.files.readBytes.handler(({ input: { agent, ...input }, context }) =>
      pass(context, agent, input.path, (files, call) => files.readBytes(input, call)),
    ),
    write: api.files.write.handler(({ input: { agent, ...input }, context }) =>
      pass(context, agent, input.path, (files, call) => files.write(input, call)),
    ),
    edit: api.files.edit.handler(({ input: { agent, ...input }, context }) => {
      context.audit.field('paths', input.files.map(({ path }) => path).join(', '));
      return pass(context, agent, undefined, (files, call) => files.edit(input, call));
    }),
    move: api.files.move.handler(({ input: { agent, ...input }, context }) => {
      context.audit.field('destination', input.destination);
      return pass(context, agent, input.path, (files, call) => files.move(input, call));
    }),
    remove: api.files.remove.handler(({ input: { agent, ...input }, context }) =>
      pass(context, agent, input.path, (files, call) => files.remove(input, call)),
    ),
    mkdir: api.files.mkdir.handler(({ input: { agent, ...input }, context }) =>
      pass(context, agent, input.path, (files, call) => files.mkdir(input, call)),
    ),
    search: api.files.search.handler(({ input: { agent, ...input }, context }) =>
      pass(context, agent, input.path, (files, call) =>
        files.search(input, { ...call, deadlineMs: input.timeout_ms + 30_000 }),
      ),
    ),
    copy: api.files.copy.handler(({ input, context }) => copyFiles(access, context, input)),
    createLink: api.files.createLink.handler(({ input, context }) => createLink(context, input)),
  };
}
