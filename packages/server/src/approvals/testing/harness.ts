import { randomUUID } from 'node:crypto';
import { type ApiClient, ApiError, createApiClient } from '@coder/api';
import { apiKeyRoutes, generateApiKey, userRoutes } from '../../identity/index.ts';
import {
  isUploadedBy,
  templateFacts,
  templateRoutes,
  templateVersionRoutes,
  versionFacts,
} from '../../templates/index.ts';
import { type TestApi, testAccessUrl, testApi, testUser } from '../../testing/index.ts';
import { manifest, templatesWorld } from './templates-world.ts';

type World = Awaited<ReturnType<typeof templatesWorld>>;

/** Templates behind the real pipeline: an owner with a session and a token, and a template to be changed. */
export async function approvalsHarness() {
  const h = await templatesWorld();
  const api = await serve(h);
  const ada = await testUser(h.db, { username: 'grace', roles: ['owner'], session: true });
  const session = api.client(ada.token);
  const { key } = await session.apiKeys.createToken({ user: 'me', token_name: 'ci' });
  const version = await h.pushed(ada.actor, manifest);
  const template = await h.templates.create(ada.actor, 'default', {
    name: 'web',
    template_version_id: version.id,
  });

  /** A client with other headers than the usual. */
  const clientWith = (token: string, headers: Record<string, string>): ApiClient =>
    createApiClient({ url: testAccessUrl, token, headers, fetch: (request) => api.fetch(request) });

  /** A token of an application that the owner has connected. */
  async function applicationToken(grantId: string, clientId: string, name = 'Helper'): Promise<string> {
    const made = generateApiKey();
    const at = h.clock.now();
    const expires_at = new Date('2126-01-01T00:00:00.000Z');
    await h.db
      .insertInto('oauth_grants')
      .values({
        id: grantId,
        user_id: ada.user.id,
        client_id: clientId,
        application: JSON.stringify({ name }),
        payload: '{}',
        scopes: ['coder:all'],
        allow_list: ['*:*'],
        created_at: at,
        expires_at,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    await h.db
      .insertInto('api_keys')
      .values({
        id: made.id,
        hashed_secret: made.hashedSecret,
        user_id: ada.user.id,
        login_type: 'oauth2_provider_app',
        token_name: '',
        lifetime_seconds: 3_600,
        scopes: ['coder:all'],
        allow_list: ['*:*'],
        oauth_grant_id: grantId,
        last_used: at,
        expires_at,
        created_at: at,
        updated_at: at,
      })
      .execute();
    return made.key;
  }

  return {
    ...h,
    api,
    ada,
    session,
    token: key,
    program: api.client(key),
    template,
    version,
    clientWith,
    applicationToken,
    /** Another server on the same database. */
    replica: () => serve(h),
    pushed: (request: { template_id?: string; name?: string }) => h.pushed(ada.actor, manifest, request),
    upload: () => h.upload(ada.actor, manifest),
    uploadText: (text: string) => h.upload(ada.actor, text),
    describe: () => h.templates.get(ada.actor, template.id),
    rows: () => h.db.selectFrom('approvals').selectAll().orderBy('created_at').execute(),
    async audit(resource = 'approval') {
      await api.audit.flush();
      return h.db
        .selectFrom('audit_logs')
        .selectAll()
        .where('resource_type', '=', resource)
        .orderBy('time')
        .execute();
    },
    randomId: () => randomUUID(),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await h[Symbol.asyncDispose]();
    },
  };
}

function serve(h: World): Promise<TestApi> {
  const absent = () => Promise.reject(new ApiError('NOT_FOUND'));
  return testApi({
    database: h.database,
    clock: h.clock,
    router: (identity) => ({
      templates: templateRoutes(h),
      templateVersions: templateVersionRoutes(h),
      apiKeys: apiKeyRoutes({ identity }),
      users: userRoutes({ identity, organizations: h.organizations }),
    }),
    lookUp: {
      workspace: absent,
      template: (id) => templateFacts(h.db, id),
      version: (id) => versionFacts(h.db, id),
      agent: absent,
      process: absent,
      terminal: absent,
      organization: h.organizations.get,
      archive: async (id, userId) =>
        userId === undefined || (await isUploadedBy(h.db, userId, id)) ? h.files.inside(id) : undefined,
    },
  });
}

/** What a call fails with; undefined when it succeeds. */
export const failure = (call: Promise<unknown>): Promise<ApiError | undefined> =>
  call.then(
    () => undefined,
    (error: unknown) => error as ApiError,
  );
