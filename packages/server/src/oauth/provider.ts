import { randomUUID } from 'node:crypto';
import { canonicalScope, expandScopes, isPublicScope, publicScopes, suggestedScopes } from '@coder/api';
import { type Adapter, errors, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { generateApiKey } from '../identity/index.ts';
import type { Logger } from '../logger.ts';
import { canonicalResource, paths, type Resources } from './addresses.ts';
import { beginCall } from './bridge.ts';
import { covers } from './capabilities.ts';
import type { createClientDocuments } from './client-documents.ts';
import { loadKeys } from './keys.ts';
import type { OAuthSettings } from './settings.ts';
import { createAccessTokenStore } from './store/access-tokens.ts';
import { createArtifactStore } from './store/artifacts.ts';
import { type ClientStore, newSecret } from './store/clients.ts';
import type { GrantStore } from './store/grants.ts';

export type ProviderOptions = {
  db: Db;
  clock: Clock;
  log: Logger;
  accessUrl: string;
  resources: Resources;
  settings: OAuthSettings;
  clients: ClientStore;
  grants: GrantStore;
  fetchDocument: ReturnType<typeof createClientDocuments>;
  /** Seconds. */
  accessTokenSeconds: number;
};

/** How long things live, in seconds. */
export const lifetimes = {
  code: 600,
  interaction: 3_600,
  device: 600,
  registration: 10 * 365 * 86_400,
} as const;
/** The application of our own command line, which signs in by device code. */
export const CLI_CLIENT_ID = 'coder-cli';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** The library configured: our paths, our database, our consent, and nothing that OAuth 2.1 has left behind. */
export async function createProvider(options: ProviderOptions): Promise<Provider> {
  const { db, accessUrl, resources, settings, clients, grants, fetchDocument } = options;
  const keys = await loadKeys(db);
  const artifacts = createArtifactStore({
    ...options,
    resumeUrl: (uid) => `${accessUrl}${paths.authorize}/${uid}`,
    endGrant: grants.end,
    beginCall,
  });
  const accessTokens = createAccessTokenStore(options);
  const secure = accessUrl.startsWith('https:');
  const cookie = { signed: true, httpOnly: true, sameSite: 'lax', secure } as const;
  const policy = interactionPolicy.base();
  /** The secret that each request has shown, so that its tokens can end with it. */
  const secretIds = new WeakMap<object, string>();
  const keyedTokens: Adapter = {
    ...accessTokens,
    async upsert(token, payload, expiresIn) {
      await accessTokens.upsert(token, payload, expiresIn);
      const secretId = Provider.ctx && secretIds.get(Provider.ctx);
      if (secretId !== undefined) await grants.gotWith(payload.grantId ?? '', secretId);
    },
  };

  const provider = new Provider(accessUrl, {
    adapter: (kind) => {
      if (kind === 'AccessToken') return keyedTokens;
      if (kind === 'Grant') return grants.adapter;
      if (kind === 'Client') return clients.adapter;
      const store = artifacts(kind);
      // Who is signed in is the dashboard's to know: the library begins each authorization without a session of its own.
      return kind === 'Session'
        ? { ...store, find: async () => undefined, upsert: async () => undefined }
        : store;
    },
    clients: [
      {
        client_id: CLI_CLIENT_ID,
        client_name: 'Coder command line',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        grant_types: [deviceGrant, 'refresh_token'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    clientDefaults: { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    cookies: { keys: keys.cookies, long: cookie, short: cookie },
    expiresWithSession: async () => false,
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
      },
      deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****', deviceInfo },
      registration: {
        enabled: true,
        idFactory: () => randomUUID(),
        secretFactory: newSecret,
        issueRegistrationAccessToken: true,
      },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
      clientIdMetadataDocument: {
        enabled: true,
        ack: 'draft-02',
        allowFetch: async (_ctx, id) => URL.parse(id)?.pathname !== '/' && (await documentsAllowed()),
        allowClient: documentsAllowed,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => resources.mcp,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (ctx, asked) => resourceServer(ctx, asked),
      },
    },
    fetch: (url, init) => fetchDocument(String(url), init?.signal ?? undefined),
    fetchResponseBodyLimits: { 'client_id metadata document': 16 * 1024, jwks_uri: 64 * 1024 },
    findAccount: async (_ctx, id) => {
      const user = await db
        .selectFrom('users')
        .where('id', '=', id)
        .where('deleted', '=', false)
        .where('status', '<>', 'suspended')
        .select('id')
        .executeTakeFirst();
      return user && { accountId: id, claims: async () => ({ sub: id }) };
    },
    interactions: { policy, url: (_ctx, { uid }) => `${accessUrl}${paths.interaction}/${uid}` },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: keys.jwks,
    // Each authorization is decided anew: what was allowed before says nothing about who asks now.
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId ? ctx.oidc.provider.Grant.find(grantId) : undefined;
    },
    pkce: { required: () => true },
    renderError: (ctx, out) => {
      ctx.type = 'json';
      ctx.body = out;
    },
    responseTypes: ['code'],
    revokeGrantPolicy: () => true,
    rotateRefreshToken: true,
    routes: {
      authorization: paths.authorize,
      token: paths.token,
      revocation: paths.revoke,
      registration: paths.clients,
      device_authorization: paths.deviceAuthorization,
      code_verification: paths.device,
      jwks: paths.jwks,
    },
    scopes: ['openid'],
    ttl: {
      AccessToken: (ctx: KoaContextWithOIDC) =>
        Math.max(1, Math.min(options.accessTokenSeconds, remaining(ctx))),
      AuthorizationCode: lifetimes.code,
      DeviceCode: lifetimes.device,
      Interaction: lifetimes.interaction,
      // None is ever kept.
      Session: 60,
      RefreshToken: (ctx: KoaContextWithOIDC) => Math.max(1, remaining(ctx)),
      RegistrationAccessToken: lifetimes.registration,
    } as never,
  });
  provider.proxy = true;
  // An access token is an API key; codes and refresh tokens have upstream's form, which scanners for leaked secrets know.
  override(provider.AccessToken.prototype, 'generateTokenId', function (this: { format: string }) {
    this.format = 'opaque';
    return generateApiKey().key;
  });
  for (const model of [provider.AuthorizationCode, provider.RefreshToken, provider.DeviceCode]) {
    override(model.prototype, 'generateTokenId', newSecret);
  }
  override(
    provider.Client.prototype,
    'compareClientSecret',
    async function (this: Secretive, secret: string) {
      const id = await clients.matchSecret(this.clientId, secret);
      if (id !== undefined && Provider.ctx) secretIds.set(Provider.ctx, id);
      return id !== undefined;
    },
  );
  return provider;

  async function documentsAllowed(): Promise<boolean> {
    return (await settings.read()).client_id_metadata_documents_enabled;
  }

  /** What a token for this resource may carry. Asked for each request, so this is also where its scopes are checked. */
  async function resourceServer(ctx: KoaContextWithOIDC, asked: string) {
    const audience = canonicalResource(resources, asked);
    if (audience === undefined) throw new errors.InvalidTarget('the resource is not one of this deployment');
    await checkScopes(ctx);
    return { scope: publicScopes.join(' '), audience, accessTokenFormat: 'opaque' as const };
  }

  async function checkScopes(ctx: KoaContextWithOIDC): Promise<void> {
    const { params, client } = ctx.oidc;
    if (!params || !client || typeof params.scope !== 'string') return;
    const names = params.scope.split(' ').filter(Boolean);
    const unknown = names.filter((name) => !isPublicScope(name));
    if (unknown.length > 0) throw new errors.InvalidScope('unknown or unsupported scope', unknown.join(' '));
    const allowed = await clients.allowedScopes(client.clientId);
    if (allowed === undefined) return;
    const asked = expandScopes(allowed);
    if (names.some((name) => !covers(asked, name))) {
      throw new errors.InvalidScope(
        "scope requests permissions beyond this app's allowed scopes",
        params.scope,
      );
    }
  }
}

type Secretive = { clientId: string };

/** A method of the library's models that it means to be replaced but does not type so. */
function override(prototype: object, name: string, method: (...args: never[]) => unknown): void {
  Object.defineProperty(prototype, name, { configurable: true, writable: true, value: method });
}

/** Seconds until the user's decision ends; a token never outlives it. */
function remaining(ctx: KoaContextWithOIDC): number {
  const exp = ctx.oidc.entities.Grant?.exp;
  return exp === undefined ? 0 : exp - Math.floor(Date.now() / 1_000);
}

function deviceInfo(ctx: KoaContextWithOIDC): Record<string, string> {
  return { ip: ctx.ip, ua: ctx.get('user-agent').slice(0, 256) };
}

/** The scopes of a request in their published names; what a client asks for that does not say. */
export function requestedScopes(scope: string | null | undefined): string {
  const ours = (scope ?? '')
    .split(/\s+/)
    // Words of OpenID Connect that many clients send to every server: they ask for nothing that is here.
    .filter((name) => name !== '' && !openIdScopes.has(name))
    .map(canonicalScope);
  return (ours.length === 0 ? suggestedScopes : [...new Set(ours)]).join(' ');
}

const openIdScopes = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access']);
