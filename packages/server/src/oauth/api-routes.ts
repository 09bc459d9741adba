import { ApiError } from '@coder/api';
import { authorize } from '../authorization/index.ts';
import { api, type RequestContext } from '../http/index.ts';
import type { Apps } from './apps.ts';
import type { Connections } from './connections.ts';
import type { Granted, Wish } from './consent.ts';
import type { Devices } from './devices.ts';
import type { Interactions } from './interactions.ts';
import type { OAuthSettings } from './settings.ts';

export type ApiRoutesDeps = {
  /** Throws while the experiment is off. */
  requireExperiment(): void;
  interactions: Interactions;
  devices: Devices;
  connections: Connections;
  apps: Apps;
  settings: OAuthSettings;
};

/** The contract's routes about applications: decisions, connections and administration. */
export const oauth2ApiRoutes = (deps: ApiRoutesDeps) => {
  const { interactions, devices, connections, apps, settings } = deps;
  return {
    oauth2: {
      getInteraction: api.oauth2.getInteraction.handler(({ input, context }) => {
        deps.requireExperiment();
        return interactions.get(context.actor!, input.uid, context.request.headers.get('cookie'));
      }),
      decideInteraction: api.oauth2.decideInteraction.handler(async ({ input, context }) => {
        deps.requireExperiment();
        const { uid, ...decision } = input;
        requireJson(context);
        const { request } = context;
        const decided = await interactions.decide(
          context.actor!,
          uid,
          request.headers.get('cookie'),
          decision,
          request.ip,
        );
        audited(context, decided.application, decided.granted);
        return { redirect_to: decided.redirect_to };
      }),
      getDevice: api.oauth2.getDevice.handler(({ input, context }) => {
        deps.requireExperiment();
        return devices.get(context.actor!, input.user_code);
      }),
      decideDevice: api.oauth2.decideDevice.handler(async ({ input, context }) => {
        deps.requireExperiment();
        const { user_code: code, ...decision } = input;
        requireJson(context);
        const decided = await devices.decide(context.actor!, code, decision, context.request.ip);
        audited(context, decided.application, decided.granted);
        return { decision: decision.decision };
      }),
      listGrants: api.oauth2.listGrants.handler(async ({ context }) => ({
        grants: await connections.list(context.actor!),
      })),
      revokeGrant: api.oauth2.revokeGrant.handler(async ({ input, context }) => {
        context.audit.target(input.grant, await connections.revoke(context.actor!, input.grant));
      }),
    },
    oauth2Provider: {
      listApps: api.oauth2Provider.listApps.handler(({ input, context }) => apps.list(context.actor!, input)),
      createApp: api.oauth2Provider.createApp.handler(async ({ input, context }) => {
        const app = await apps.create(context.actor!, input);
        context.audit.target(app.id, app.name);
        context.audit.diff('redirect_uris', [], app.redirect_uris);
        return app;
      }),
      getApp: api.oauth2Provider.getApp.handler(({ input, context }) => apps.get(context.actor!, input.app)),
      updateApp: api.oauth2Provider.updateApp.handler(async ({ input, context }) => {
        const { app: id, ...change } = input;
        const before = await apps.get(context.actor!, id);
        const app = await apps.update(context.actor!, id, change);
        context.audit.target(app.id, app.name);
        for (const field of ['name', 'redirect_uris', 'icon', 'scope'] as const) {
          if (String(before[field]) !== String(app[field]))
            context.audit.diff(field, before[field], app[field]);
        }
        return app;
      }),
      deleteApp: api.oauth2Provider.deleteApp.handler(async ({ input, context }) => {
        const app = await apps.delete(context.actor!, input.app);
        context.audit.target(app.id, app.name);
      }),
      listSecrets: api.oauth2Provider.listSecrets.handler(({ input, context }) =>
        apps.secrets(context.actor!, input.app),
      ),
      createSecret: api.oauth2Provider.createSecret.handler(async ({ input, context }) => {
        const made = await apps.createSecret(context.actor!, input.app);
        context.audit.target(made.id, (await apps.get(context.actor!, input.app)).name);
        return made;
      }),
      deleteSecret: api.oauth2Provider.deleteSecret.handler(async ({ input, context }) => {
        await apps.deleteSecret(context.actor!, input.app, input.secret);
        context.audit.target(input.secret, (await apps.get(context.actor!, input.app)).name);
      }),
      getSettings: api.oauth2Provider.getSettings.handler(({ context }) => {
        authorize(context.actor!, 'read', { type: 'deployment_config' });
        return settings.read();
      }),
      updateSettings: api.oauth2Provider.updateSettings.handler(async ({ input, context }) => {
        authorize(context.actor!, 'update', { type: 'deployment_config' });
        const before = await settings.read();
        const after = await settings.update(input);
        const name = 'dynamic_client_registration';
        context.audit.diff(name, before[name], after[name]);
        return after;
      }),
    },
  };
};

/**
 * A page of another site can make a browser post a form, with the cookie where it is lax about it, but not this content type
 * without asking first; the cookie's own check of the origin stands before it.
 */
function requireJson({ request }: RequestContext): void {
  if (/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) return;
  throw new ApiError('BAD_REQUEST', { message: 'A decision is sent as application/json.' });
}

/** Who was let do what, into the audit row. */
function audited(
  context: RequestContext,
  application: Wish['application'],
  granted: Granted | undefined,
): void {
  context.audit.target(granted?.grantId ?? '', application.name);
  context.audit.field('client_id', application.id);
  context.audit.field('decision', granted ? 'allow' : 'deny');
  if (!granted) return;
  context.audit.diff('scopes', [], granted.scopes);
  context.audit.diff('allow_list', [], granted.allowList);
}
