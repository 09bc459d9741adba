import { buffer } from 'node:stream/consumers';
import { type ApiClient, createApiClient } from '@coder/api';
import { pack } from 'tar-stream';
import { createOAuthWorld, type OAuthWorld } from './oauth-world.ts';

/** A workspace as a caller can name it, whether or not there is one. */
export type Place = {
  owner: string;
  name: string;
  workspace: string;
  build: string;
  agent: string;
  /** A process that runs in it. */
  process: string;
};

/**
 * A deployment in which two people have workspaces that run: two are the owner's own, `a` and `b`, one is another member's,
 * `c`. A narrow token of the owner reaches `a` alone.
 */
export type NarrowWorld = OAuthWorld & {
  readonly a: Place;
  readonly b: Place;
  readonly c: Place;
  /** Starts `a` again after it has been stopped. */
  reopen(): Promise<void>;
  /** In the form of a place, but there is none. */
  nowhere(owner?: string): Place;
  readonly template: { id: string; name: string; version: string; versionName: string; file: string };
  readonly organization: string;
  /** Somebody with a session of their own and no role. */
  readonly member: { id: string; token: string; client: ApiClient };
  /** An API token of the owner. */
  apiToken(scopes: string[], allowList: string[]): Promise<string>;
  /** A token of an application that the owner has allowed this. */
  grant(capabilities: readonly string[], places: readonly Place[]): Promise<string>;
  /** Texts that only `b` and `c` could be the source of. */
  readonly secrets: readonly string[];
};

const manifest = `
name: shell
runtime:
  local: { processes: 512 }
agent:
  startup_script: echo ready
apps:
  - slug: site
    display_name: Site
    url: http://localhost:48123
`;

const credentials = { email: 'bob@example.com', password: 'another horse battery' };

export async function createNarrowWorld(): Promise<NarrowWorld> {
  await using undo = new AsyncDisposableStack();
  const world = undo.use(await createOAuthWorld({ CODER_LOCAL_SANDBOX: 'auto' }));
  const { client, token } = world.owner;
  const [organization = { id: '' }] = await client.organizations.list({});
  const template = await publish(client, organization.id);
  const bob = await client.users.create({ ...credentials, username: 'bob', name: '' });
  const session = await createApiClient({ url: world.url }).users.login(credentials);
  const bobs = createApiClient({ url: world.url, token: session.session_token });
  const [a, b, c] = await Promise.all([
    open(client, 'ada', 'alpha', template.id),
    open(client, 'ada', 'hidden-beta', template.id),
    open(bobs, 'bob', 'hidden-gamma', template.id),
  ]);
  const running = undo.move();
  const secrets = [b, c].flatMap(({ name, workspace, build, agent, process }) => [
    name,
    workspace,
    build,
    agent,
    process,
  ]);
  return {
    ...world,
    a,
    b,
    c,
    async reopen() {
      const { workspace } = a;
      // The stop may still be under way.
      await client.workspaces.readiness({ workspace, wait_ms: 45_000 });
      const { id } = await client.workspaces.createBuild({ workspace, transition: 'start' });
      await settle(client, a);
      if (a.build !== id) throw new Error('another build of the workspace was faster');
    },
    nowhere: (owner = 'ada') => ({
      owner,
      name: 'no-such-place',
      workspace: crypto.randomUUID(),
      build: crypto.randomUUID(),
      agent: crypto.randomUUID(),
      process: 'no-such-process',
    }),
    template,
    organization: organization.id,
    member: { id: bob.id, token: session.session_token, client: bobs },
    secrets,
    async apiToken(scopes, allowList) {
      const made = await client.apiKeys.createToken({ user: 'me', scopes, allow_list: allowList });
      return made.key;
    },
    async grant(capabilities, places) {
      const { tokens } = await world.connect({
        scope: 'coder:all',
        decision: {
          capabilities: capabilities as never,
          workspaces: { kind: 'chosen', ids: places.map(({ workspace }) => workspace) },
        },
      });
      return tokens.access_token;
    },
    owner: { token, client },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Uploads and publishes a template of one shell. */
async function publish(client: ApiClient, organization: string): Promise<NarrowWorld['template']> {
  const archive = pack();
  archive.entry({ name: 'template.yaml' }, manifest);
  archive.finalize();
  const uploaded = await client.raw('/files', {
    method: 'POST',
    headers: { 'content-type': 'application/x-tar' },
    body: new Uint8Array(await buffer(archive)),
  });
  const { hash: file } = (await uploaded.json()) as { hash: string };
  const made = await client.templateVersions.create({ organization, file_id: file, name: 'one' });
  for (let after = 0; ; ) {
    const { job } = await client.templateVersions.get({ version: made.id });
    if (job.status === 'succeeded') break;
    if (job.error !== undefined) throw new Error(`the import: ${job.error}`);
    const lines = await client.templateVersions.logs({ version: made.id, after, wait_ms: 200 });
    after = lines.at(-1)?.id ?? after;
  }
  const { id, name } = await client.templates.create({
    organization,
    name: 'shell',
    template_version_id: made.id,
  });
  return { id, name, version: made.id, versionName: 'one', file };
}

/** What the workspaces were created with, to be tried again by others. */
export const workspaceRequest = (name: string, templateId: string) => ({
  user: 'me',
  name,
  template_id: templateId,
  ttl_ms: 3_600_000,
});
export const idempotencyKeyOf = (name: string): string => `key-of-${name}`;

/** Creates a workspace and waits until it can be told from the others by what is in it. */
async function open(client: ApiClient, owner: string, name: string, templateId: string): Promise<Place> {
  const request = workspaceRequest(name, templateId);
  const { id } = await client.workspaces.create(request, {
    context: { idempotencyKey: idempotencyKeyOf(name) },
  });
  const place = { owner, name, workspace: id, build: '', agent: '', process: `process-of-${name}` };
  await settle(client, place);
  return place;
}

/** Waits until a workspace is ready, and puts a process and a file of its own into it. */
async function settle(client: ApiClient, place: Place): Promise<void> {
  const { name, workspace, process } = place;
  const found = await client.workspaces.readiness({ workspace, wait_ms: 45_000 });
  if (!found.ready) throw new Error(`${name}: ${found.reason}`);
  const agent = found.agent_id ?? '';
  await client.processes.start({ agent, id: process, command: `echo output of ${name}; sleep 600` });
  await client.files.write({ agent, path: '~/notes.txt', content: `notes of ${name}\n` });
  Object.assign(place, { build: found.build_id, agent });
}
