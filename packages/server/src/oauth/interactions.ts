import { ApiError, type ConsentDecision, type ConsentRequest } from '@coder/api';
import type Provider from 'oidc-provider';
import type { Actor } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';
import { paths } from './addresses.ts';
import type { DescribeApplication } from './applications.ts';
import { type Consent, type Granted, requirePerson, type Wish } from './consent.ts';
import type { GrantStore } from './store/grants.ts';
import { decideInteraction, isMarkOf } from './store/interactions.ts';

export type Interactions = {
  get(actor: Actor, uid: string, cookies: string | null): Promise<ConsentRequest>;
  decide(
    actor: Actor,
    uid: string,
    cookies: string | null,
    decision: ConsentDecision,
    ip: string,
  ): Promise<{ redirect_to: string; application: Wish['application']; granted: Granted | undefined }>;
};

/**
 * The cookie that marks the browser in which an authorization began. Under https its name has the prefix with which no page of
 * another host can set it, which wants the path `/`; otherwise it is sent to nothing but the routes that need it.
 */
export const interactionCookie = (uid: string, secure: boolean) =>
  secure
    ? { name: `__Host-coder_oauth_${uid}`, path: '/' }
    : { name: `coder_oauth_${uid}`, path: `/api/v2/oauth2/interactions/${uid}` };

/**
 * Decisions in a browser. A request is shown and decided only in the browser that began it: who has got somebody to open the
 * link of a request that he began himself gets nothing from it.
 */
export function createInteractions(deps: {
  db: Db;
  grants: GrantStore;
  provider: Provider;
  accessUrl: string;
  consent: Consent;
  describe: DescribeApplication;
}): Interactions {
  const { db, grants, provider, accessUrl, consent, describe } = deps;
  const secure = accessUrl.startsWith('https:');

  async function find(uid: string, cookies: string | null) {
    const interaction = /^[\w-]{20,64}$/.test(uid) ? await provider.Interaction.find(uid) : undefined;
    const marks = cookieValues(cookies, interactionCookie(uid, secure).name);
    if (!interaction || marks.length !== 1 || !(await isMarkOf(db, uid, marks[0] ?? ''))) {
      throw new ApiError('NOT_FOUND', {
        message: 'This request is not known here: it has ended, or it began in another browser.',
        detail: 'Go back to the application and connect again.',
      });
    }
    if (interaction.result) throw decidedAlready();
    const params = interaction.params as Record<string, string | undefined>;
    const application = await describe(params.client_id ?? '');
    if (!application) throw new ApiError('GONE', { message: 'The application does not exist any more.' });
    const wish: Wish = {
      application,
      redirectUri: params.redirect_uri ?? '',
      scopes: (params.scope ?? '').split(' ').filter(Boolean),
      resource: params.resource ?? '',
      expiresAt: new Date(interaction.exp * 1_000),
      device: null,
    };
    return { interaction, wish };
  }

  return {
    async get(actor, uid, cookies) {
      requirePerson(actor);
      const { wish } = await find(uid, cookies);
      return consent.present(actor, wish);
    },

    async decide(actor, uid, cookies, decision, ip) {
      requirePerson(actor);
      const { interaction, wish } = await find(uid, cookies);
      const granted =
        decision.decision === 'allow' ? await consent.grant(actor, wish, decision, ip) : undefined;
      const decided = await decideInteraction(
        db,
        uid,
        granted
          ? {
              result: {
                login: { accountId: actor.user.id, remember: false },
                consent: { grantId: granted.grantId },
              },
              // From here on the request is for what was allowed, so that the library tells the client exactly that.
              params: { ...interaction.params, scope: granted.scopes.join(' ') },
            }
          : { result: { error: 'access_denied', error_description: 'the user did not allow it' } },
      );
      if (!decided) {
        if (granted) await grants.end(granted.grantId);
        throw decidedAlready();
      }
      return {
        redirect_to: `${accessUrl}${paths.authorize}/${uid}`,
        application: wish.application,
        granted,
      };
    },
  };
}

function decidedAlready(): ApiError {
  return new ApiError('GONE', {
    message: 'This request has been decided already.',
    detail: 'Go back to the application; connect again if it still asks.',
  });
}

function cookieValues(header: string | null, name: string): string[] {
  const parts = (header ?? '').split(';').map((part) => part.trim());
  return parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
}
