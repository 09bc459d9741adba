import {
  ApiError,
  type ConsentDecision,
  type ConsentRequest,
  type OAuth2Client,
  type WorkspaceChoice,
} from '@coder/api';
import type Provider from 'oidc-provider';
import { type Actor, ALLOW_ALL, ALLOW_CREATED, isOwnSession } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { capabilitiesOf, grantedScopes } from './capabilities.ts';
import { describeRedirect } from './redirects.ts';
import type { GrantStore } from './store/grants.ts';

/** What an application wants, from whichever side the wish came. */
export type Wish = {
  application: OAuth2Client;
  /** Empty for a device. */
  redirectUri: string;
  scopes: string[];
  resource: string;
  expiresAt: Date;
  device: ConsentRequest['device'];
};

export type Consent = {
  present(actor: Actor, wish: Wish): Promise<ConsentRequest>;
  /** Turns what the user allowed into a grant. Throws VALIDATION_FAILED before anything is written. */
  grant(actor: Actor, wish: Wish, decision: ConsentDecision, ip: string): Promise<Granted>;
};
export type Granted = { grantId: string; scopes: string[]; allowList: string[] };

const day = 86_400;
const expiryChoices = [day, 7 * day, 30 * day, 90 * day, 365 * day];
const defaultExpiry = 30 * day;

/** Only a person who has signed in decides what programs may do; a token, however strong, is a program itself. */
export function requirePerson(actor: Actor): void {
  if (isOwnSession(actor)) return;
  throw new ApiError('FORBIDDEN', {
    message: 'Only a signed-in person can decide what an application may do.',
    detail: 'Sign in at the dashboard with your user name and password. Tokens cannot allow anything.',
  });
}

/** The part of consent that is the same for a browser and for a device. */
export function createConsent(deps: {
  db: Db;
  clock: Clock;
  provider: Provider;
  grants: GrantStore;
  defaultExpirySeconds?: number;
}): Consent {
  const { db, clock, provider, grants } = deps;

  const workspacesOf = (userId: string) =>
    db
      .selectFrom('workspaces')
      .innerJoin('templates', 'templates.id', 'workspaces.template_id')
      .where('workspaces.owner_id', '=', userId)
      .where('workspaces.deleted', '=', false)
      .select(['workspaces.id', 'workspaces.name', 'templates.name as template_name', 'templates.icon'])
      .orderBy('workspaces.name')
      .limit(1_000)
      .execute();

  async function allowListOf(actor: Actor, choice: WorkspaceChoice): Promise<string[]> {
    if (choice.kind === 'all') return [ALLOW_ALL];
    if (choice.kind === 'created') return [ALLOW_CREATED];
    const own = new Set((await workspacesOf(actor.user.id)).map(({ id }) => id));
    const strange = choice.ids.findIndex((id) => !own.has(id));
    if (strange >= 0) {
      throw invalid(`workspaces.ids[${strange}]`, 'is none of your workspaces');
    }
    return [...new Set(choice.ids)].map((id) => `workspace:${id}`);
  }

  return {
    async present(actor, wish) {
      const user = await db
        .selectFrom('users')
        .where('id', '=', actor.user.id)
        .select(['username', 'email', 'avatar_url'])
        .executeTakeFirstOrThrow();
      return {
        kind: wish.device ? 'device' : 'consent',
        application: wish.application,
        user,
        redirect: wish.redirectUri === '' ? null : describeRedirect(wish.redirectUri),
        requested_scopes: wish.scopes,
        capabilities: capabilitiesOf(wish.scopes),
        resource: wish.resource,
        workspaces: await workspacesOf(actor.user.id),
        expiry_choices: expiryChoices,
        default_expires_in: defaultExpiry,
        expires_at: wish.expiresAt.toISOString(),
        device: wish.device,
      };
    },

    async grant(actor, wish, decision, ip) {
      const allowed = decision.capabilities ?? [];
      if (allowed.length === 0) {
        throw invalid('capabilities', 'must name at least one, or the decision must be "deny"');
      }
      const offered = capabilitiesOf(wish.scopes).map(({ id }) => id);
      const strange = allowed.findIndex((id) => !offered.includes(id));
      if (strange >= 0) {
        throw invalid(
          `capabilities[${strange}]`,
          `was not asked for; the application asks for ${offered.join(', ')}`,
        );
      }
      const scopes = grantedScopes(wish.scopes, allowed);
      if (scopes.length === 0) throw invalid('capabilities', 'leave nothing that a token could carry');
      const allowList = await allowListOf(actor, decision.workspaces ?? { kind: 'all' });
      const seconds = decision.expires_in ?? defaultExpiry;
      const grant = new provider.Grant({ accountId: actor.user.id, clientId: wish.application.id });
      grant.addResourceScope(wish.resource, scopes.join(' '));
      grant.exp = Math.floor(clock.now().getTime() / 1_000) + seconds;
      const grantId = await grant.save();
      const redirect_host = wish.redirectUri === '' ? '' : describeRedirect(wish.redirectUri).host;
      await grants.describe(grantId, {
        application: { ...wish.application, redirect_host },
        scopes,
        allowList,
        resource: wish.resource,
        ip,
      });
      return { grantId, scopes, allowList };
    },
  };
}

function invalid(field: string, detail: string): ApiError {
  return new ApiError('VALIDATION_FAILED', { validations: [{ field, detail }] });
}
