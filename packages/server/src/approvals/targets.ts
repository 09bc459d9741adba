import { type Action, ApiError, type ApprovalMeta, isUuid } from '@coder/api';
import { type Actor, authorize } from '../authorization/index.ts';
import type { ApprovalAsk } from '../http/index.ts';
import { type ArchiveContents, archiveFacts } from './archive-facts.ts';

export type Fact = { name: string; value: string };

/** What a call is done to. */
export type Target = {
  readonly type: 'workspace' | 'template' | 'organization';
  readonly id: string;
  /** As people know it: `owner/name` for a workspace. */
  readonly name: string;
  /** The part of it that the path names: one of its agents or versions. */
  readonly part?: string;
  /** What a person should know beside the arguments. It may take a while: it asks others. */
  facts(): Promise<Fact[]>;
};

/**
 * What other parts of the server know about the objects of a call. Of a workspace, a template and a version they tell whoever
 * asks; whether the caller may know it is asked here.
 */
export type LookUp = {
  /** One that is not deleted, its name as `owner/name`, with the name of its template. */
  workspace(
    id: string,
  ): Promise<{ ownerId: string; organizationId: string; name: string; template: string } | undefined>;
  /** One that is not deleted. */
  template(id: string): Promise<{ name: string; organizationId: string } | undefined>;
  /** One without a template belongs to its organization. */
  version(
    id: string,
  ): Promise<{ name: string; templateId: string | null; organizationId: string; fileId: string } | undefined>;
  /** The workspace behind an agent. Throws what hides it, and WORKSPACE_NOT_RUNNING. */
  agent(
    context: ApprovalAsk['context'],
    id: string,
  ): Promise<{ workspaceId: string; workspace: string; agent: string }>;
  /** The command of a process. Throws NOT_FOUND. */
  process(context: ApprovalAsk['context'], agentId: string, id: string): Promise<string>;
  /** The command of the running terminal that the caller names so; undefined when it would start one. */
  terminal(context: ApprovalAsk['context'], agentId: string, reconnect: string): Promise<string | undefined>;
  /** By name, id or `default`. Throws NOT_FOUND. */
  organization(actor: Actor, ref: string): Promise<{ id: string; name: string }>;
  /** What is in an uploaded archive; undefined when there is none, or it is not this user's if one is named. */
  archive(fileId: string, userId?: string): Promise<ArchiveContents | undefined>;
};

export type TargetDeps = { readonly lookUp: LookUp };

type Find = (ask: ApprovalAsk, id: string, deps: TargetDeps) => Promise<Target>;

/**
 * Finds the object of a call as the caller may see it, so that what the caller may not do, or may not know of, is refused as
 * without approvals, and no person is asked about it.
 */
export function findTarget(ask: ApprovalAsk, deps: TargetDeps): Promise<Target> {
  const { target } = ask.meta;
  return find[target](ask, String(ask.input[target] ?? ''), deps);
}

const find: Record<ApprovalMeta['target'], Find> = {
  async workspace(ask, id, { lookUp }) {
    const found = isUuid(id) ? await lookUp.workspace(id) : undefined;
    if (!found) throw new ApiError('NOT_FOUND');
    const { ownerId, organizationId, name, template } = found;
    authorize(ask.actor, actionOf(ask, 'workspace'), { type: 'workspace', id, ownerId, organizationId });
    return { type: 'workspace', id, name, facts: async () => [{ name: 'Template', value: template }] };
  },

  async agent(ask, id, { lookUp }) {
    const { workspaceId, workspace, agent } = await lookUp.agent(ask.context, id);
    const { process, reconnect } = ask.input;
    return {
      type: 'workspace',
      id: workspaceId,
      name: workspace,
      part: id,
      async facts() {
        const command = process === undefined ? [] : [await lookUp.process(ask.context, id, String(process))];
        return [
          { name: 'Agent', value: agent },
          ...(typeof reconnect === 'string' ? [await terminalFact(ask, id, reconnect, lookUp)] : []),
          ...command.map((value) => ({ name: 'Command of the process', value })),
        ];
      },
    };
  },

  template: (ask, id, deps) => findTemplate(ask, id, actionOf(ask, 'template'), deps),

  async version(ask, id, deps) {
    const found = isUuid(id) ? await deps.lookUp.version(id) : undefined;
    if (!found) throw new ApiError('NOT_FOUND');
    const target =
      found.templateId === null
        ? await findOrganization(ask, found.organizationId, deps)
        : await findTemplate(ask, found.templateId, 'update', deps);
    return {
      ...target,
      part: id,
      facts: async () => [{ name: 'Version', value: found.name }, ...(await target.facts())],
    };
  },

  organization: (ask, ref, deps) => {
    const { template_id: templateId } = ask.input;
    return typeof templateId === 'string'
      ? findTemplate(ask, templateId, 'update', deps)
      : findOrganization(ask, ref, deps);
  },
};

/** Only a terminal that is not there yet runs the command of the call. */
async function terminalFact(
  { context }: ApprovalAsk,
  agentId: string,
  reconnect: string,
  lookUp: LookUp,
): Promise<Fact> {
  const command = await lookUp.terminal(context, agentId, reconnect);
  return {
    name: 'Terminal',
    value:
      command === undefined
        ? 'starts a new one'
        : `joins a running terminal that this program has opened, which runs: ${command}`,
  };
}

async function findTemplate(
  ask: ApprovalAsk,
  id: string,
  action: Action<'template'>,
  deps: TargetDeps,
): Promise<Target> {
  const found = await deps.lookUp.template(id);
  if (!found) throw new ApiError('NOT_FOUND');
  const { name, organizationId } = found;
  authorize(ask.actor, action, { type: 'template', id, organizationId });
  return { type: 'template', id, name, facts: () => contentFacts(ask, organizationId, deps) };
}

async function findOrganization(ask: ApprovalAsk, ref: string, deps: TargetDeps): Promise<Target> {
  const { id, name } = await deps.lookUp.organization(ask.actor, ref);
  authorize(ask.actor, 'create', { type: 'template', organizationId: id });
  return { type: 'organization', id, name, facts: () => contentFacts(ask, id, deps) };
}

/** Which version a call is about, and what is in it; both are named by ids only in its arguments. */
async function contentFacts(
  { actor, input }: ApprovalAsk,
  organizationId: string,
  { lookUp }: TargetDeps,
): Promise<Fact[]> {
  const versionId = input.template_version_id ?? input.id;
  if (typeof versionId === 'string') {
    const version = await lookUp.version(versionId);
    if (version?.organizationId !== organizationId) return [];
    return [{ name: 'Version', value: version.name }, ...archiveFacts(await lookUp.archive(version.fileId))];
  }
  if (typeof input.file_id !== 'string') return [];
  // Somebody else's archive is not shown; the call itself says what is wrong with it.
  return archiveFacts(await lookUp.archive(input.file_id, actor.user.id));
}

function actionOf<R extends 'workspace' | 'template'>(
  { permission, route }: ApprovalAsk,
  type: R,
): Action<R> {
  if (permission.startsWith(`${type}:`)) return permission.slice(type.length + 1) as Action<R>;
  throw new Error(`the approval of ${route} names no permission on a ${type}`);
}
