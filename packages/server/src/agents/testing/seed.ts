import { createHash, randomUUID } from 'node:crypto';
import type { Db } from '../../database/index.ts';
import type { AgentSpec } from '../../templates/index.ts';

export interface Seeded {
  userId: string;
  username: string;
  organizationId: string;
  workspaceId: string;
  workspaceName: string;
  buildId: string;
  resourceId: string;
  agentId: string;
  token: string;
}

export interface SeedOptions {
  workspaceName?: string;
  transition?: 'start' | 'stop';
  at?: Date;
  spec?: Partial<AgentSpec>;
  /** Somebody who is there already. */
  owner?: { userId: string; username: string; organizationId: string } | undefined;
}

const plainSpec: AgentSpec = {
  name: 'main',
  directory: '',
  env: {},
  scripts: [],
  log_sources: [],
  metadata: [],
  display_apps: ['web_terminal'],
  connection_timeout_seconds: 120,
  troubleshooting_url: '',
  startup_script_behavior: 'non-blocking',
};

/** The rows of a user who owns a running workspace with one agent, which may dial with `token`. */
export async function seedWorkspace(db: Db, options: SeedOptions = {}): Promise<Seeded> {
  const { workspaceName = 'web', transition = 'start', at = new Date('2026-01-02T03:04:05Z') } = options;
  const made = { created_at: at, updated_at: at };
  const id = () => randomUUID();
  const { userId, username, organizationId } = options.owner ?? (await seedOwner(db, at));
  const [fileId, versionId, templateId, workspaceId] = [id(), id(), id(), id()];
  const [buildId, resourceId, agentId, token] = [id(), id(), id(), id()];
  const job = (type: string) => ({
    id: id(),
    type,
    status: 'succeeded',
    organization_id: organizationId,
    initiator_id: userId,
    file_id: fileId,
    ...made,
  });
  const [importJob, buildJob] = [job('template_version_import'), job('workspace_build')];

  await db
    .insertInto('files')
    .values({
      id: fileId,
      hash: fileId,
      mimetype: 'application/x-tar',
      data: Buffer.alloc(0),
      created_by: userId,
      created_at: at,
    })
    .execute();
  await db.insertInto('provisioner_jobs').values([importJob, buildJob]).execute();
  await db
    .insertInto('template_versions')
    .values({
      id: versionId,
      organization_id: organizationId,
      name: 'one',
      file_id: fileId,
      job_id: importJob.id,
      created_by: userId,
      ...made,
    })
    .execute();
  await db
    .insertInto('templates')
    .values({
      id: templateId,
      organization_id: organizationId,
      name: `node-${templateId.slice(0, 8)}`,
      active_version_id: versionId,
      created_by: userId,
      ...made,
    })
    .execute();
  await db
    .insertInto('workspaces')
    .values({
      id: workspaceId,
      owner_id: userId,
      organization_id: organizationId,
      template_id: templateId,
      name: workspaceName,
      last_used_at: at,
      ...made,
    })
    .execute();
  await db
    .insertInto('workspace_builds')
    .values({
      id: buildId,
      workspace_id: workspaceId,
      build_number: 1,
      template_version_id: versionId,
      transition,
      reason: 'initiator',
      initiator_id: userId,
      job_id: buildJob.id,
      ...made,
    })
    .execute();
  await db
    .insertInto('workspace_resources')
    .values({
      id: resourceId,
      build_id: buildId,
      job_id: buildJob.id,
      transition,
      type: 'local',
      name: 'main',
      created_at: at,
    })
    .execute();
  await db
    .insertInto('workspace_agents')
    .values({
      id: agentId,
      resource_id: resourceId,
      build_id: buildId,
      workspace_id: workspaceId,
      name: 'main',
      token_hash: createHash('sha256').update(token).digest(),
      spec: JSON.stringify({ ...plainSpec, ...options.spec }),
      ...made,
    })
    .execute();
  return {
    userId,
    username,
    organizationId,
    workspaceId,
    workspaceName,
    buildId,
    resourceId,
    agentId,
    token,
  };
}

async function seedOwner(db: Db, at: Date) {
  const [userId, organizationId] = [randomUUID(), randomUUID()];
  const username = `ada${userId.slice(0, 6)}`;
  const made = { created_at: at, updated_at: at };
  await db
    .insertInto('users')
    .values({
      id: userId,
      username,
      email: `${username}@example.com`,
      status: 'active',
      login_type: 'password',
      last_seen_at: at,
      ...made,
    })
    .execute();
  await db
    .insertInto('organizations')
    .values({ id: organizationId, name: `o${organizationId.slice(0, 8)}`, display_name: 'O', ...made })
    .execute();
  return { userId, username, organizationId };
}

/** An app of the seeded agent. */
export async function seedApp(
  db: Db,
  { agentId }: Seeded,
  app: { slug: string; url?: string; sharing_level?: string; subdomain?: boolean; at?: Date },
): Promise<string> {
  const id = randomUUID();
  await db
    .insertInto('workspace_apps')
    .values({
      id,
      agent_id: agentId,
      slug: app.slug,
      url: app.url ?? null,
      sharing_level: app.sharing_level ?? 'owner',
      subdomain: app.subdomain ?? false,
      created_at: app.at ?? new Date('2026-01-02T03:04:05Z'),
    })
    .execute();
  return id;
}
