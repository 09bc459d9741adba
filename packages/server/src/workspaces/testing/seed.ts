import { randomUUID } from 'node:crypto';
import type { Actor } from '../../authorization/index.ts';
import type { Db } from '../../database/index.ts';
import { parseManifest } from '../../templates/index.ts';

const manifestText = `
name: node
parameters:
  - name: region
    type: string
    default: eu
    mutable: true
    options:
      - { name: Europe, value: eu }
      - { name: America, value: us }
  - name: size
    type: number
    default: 1
    mutable: true
runtime:
  local:
    memory: 512 MiB
    cpus: 2
agent:
  directory: ~/project
apps:
  - slug: web
    url: http://localhost:8080
`;

export type SeededUser = { id: string; username: string; actor: Actor };
export type Seeded = { organizationId: string; templateId: string; versionId: string; user: SeededUser };

type Times = { created_at: Date; updated_at: Date };

/** A user with an actor whose token restricts nothing. */
export async function seedUser(
  db: Db,
  organizationId: string,
  {
    username = `u${randomUUID().slice(0, 8)}`,
    roles = [] as string[],
    at = new Date('2026-01-02T03:00:00Z'),
  } = {},
): Promise<SeededUser> {
  const id = randomUUID();
  const times: Times = { created_at: at, updated_at: at };
  await db
    .insertInto('users')
    .values({
      id,
      username,
      email: `${username}@example.com`,
      status: 'active',
      login_type: 'password',
      rbac_roles: roles,
      last_seen_at: at,
      ...times,
    })
    .execute();
  await db
    .insertInto('organization_members')
    .values({ user_id: id, organization_id: organizationId, ...times })
    .execute();
  return {
    id,
    username,
    actor: {
      user: { id, username, email: `${username}@example.com`, roles },
      organizations: new Map([[organizationId, []]]),
      key: { id: 'k', loginType: 'password', scopes: ['coder:all'], permissions: 'all', allowList: ['*:*'] },
    },
  };
}

/** An organization, a user and a published template. */
export async function seed(db: Db, text = manifestText): Promise<Seeded> {
  const at = new Date('2026-01-02T03:00:00Z');
  const times: Times = { created_at: at, updated_at: at };
  const organizationId = randomUUID();
  await db
    .insertInto('organizations')
    .values({ id: organizationId, name: 'coder', display_name: 'Coder', is_default: true, ...times })
    .execute();
  const user = await seedUser(db, organizationId, { username: 'ada' });
  const templateId = randomUUID();
  const versionId = await seedVersion(db, { organizationId, userId: user.id, text, name: 'one' });
  await db
    .insertInto('templates')
    .values({
      id: templateId,
      organization_id: organizationId,
      name: 'node',
      active_version_id: versionId,
      created_by: user.id,
      ...times,
    })
    .execute();
  await db
    .updateTable('template_versions')
    .set({ template_id: templateId })
    .where('id', '=', versionId)
    .execute();
  return { organizationId, templateId, versionId, user };
}

/** A version whose import has succeeded. */
export async function seedVersion(
  db: Db,
  {
    organizationId,
    userId,
    text = manifestText,
    name,
    templateId = null,
  }: { organizationId: string; userId: string; text?: string; name: string; templateId?: string | null },
): Promise<string> {
  const { manifest, problems } = parseManifest(text);
  if (!manifest) throw new Error(JSON.stringify(problems));
  const at = new Date('2026-01-02T03:00:00Z');
  const times: Times = { created_at: at, updated_at: at };
  const [fileId, jobId, versionId] = [randomUUID(), randomUUID(), randomUUID()];
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
  await db
    .insertInto('provisioner_jobs')
    .values({
      id: jobId,
      type: 'template_version_import',
      status: 'succeeded',
      organization_id: organizationId,
      initiator_id: userId,
      file_id: fileId,
      ...times,
    })
    .execute();
  await db
    .insertInto('template_versions')
    .values({
      id: versionId,
      organization_id: organizationId,
      template_id: templateId,
      name,
      manifest: JSON.stringify(manifest),
      file_id: fileId,
      job_id: jobId,
      created_by: userId,
      ...times,
    })
    .execute();
  return versionId;
}
