import { type AgentAccess, terminalIdOf } from '../agents/index.ts';
import type { LookUp } from '../approvals/index.ts';
import type { Db } from '../database/index.ts';
import type { Organizations } from '../organizations/index.ts';
import { type createFiles, isUploadedBy, templateFacts, versionFacts } from '../templates/index.ts';
import { workspaceFacts } from '../workspaces/index.ts';

type Parts = {
  readonly access: AgentAccess;
  readonly organizations: Organizations;
  readonly files: ReturnType<typeof createFiles>;
};

/** How approvals learn about the objects of a call. The parts are asked for late: they are made after the pipeline is. */
export function approvalLookUp(db: Db, parts: () => Parts): LookUp {
  return {
    workspace: (id) => workspaceFacts(db, id),
    template: (id) => templateFacts(db, id),
    version: (id) => versionFacts(db, id),
    async agent(context, id) {
      const target = await parts().access.target(context, id, 'ssh');
      const workspace = `${target.ownerName}/${target.workspaceName}`;
      return { workspaceId: target.workspaceId, workspace, agent: target.agentName };
    },
    process: (context, agentId, id) =>
      parts().access.use(context, agentId, 'ssh', async ({ processes }, call) => {
        const { command } = await processes.get(id, 0, call);
        return command;
      }),
    terminal: (context, agentId, reconnect) =>
      parts().access.use(context, agentId, 'ssh', async (connection, call) => {
        const id = terminalIdOf(context, reconnect);
        return (await connection.terminals(call)).terminals.find((terminal) => terminal.id === id)?.command;
      }),
    organization: (actor, ref) => parts().organizations.get(actor, ref),
    archive: async (fileId, userId) =>
      userId === undefined || (await isUploadedBy(db, userId, fileId))
        ? parts().files.inside(fileId)
        : undefined,
  };
}
