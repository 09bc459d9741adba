import { ApiError, type ConsentDecision, type ConsentRequest } from '@coder/api';
import type Provider from 'oidc-provider';
import type { Actor } from '../authorization/index.ts';
import { paths } from './addresses.ts';
import type { DescribeApplication } from './applications.ts';
import { type Consent, type Granted, requirePerson, type Wish } from './consent.ts';

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

/** The cookie that marks the browser in which an authorization began. */
export const interactionCookie = (uid: string, secure: boolean): string =>
  `${secure ? '__Host-' : ''}coder_oauth_${uid}`;

/**
 * Decisions in a browser. A request is shown and decided only in the browser that began it: who has got somebody to open the
 * link of a request that he began himself gets nothing from it.
 */
export function createInteractions(deps: {
  provider: Provider;
  accessUrl: string;
  consent: Consent;
  describe: DescribeApplication;
}): Interactions {
  const { provider, accessUrl, consent, describe } = deps;
  const secure = accessUrl.startsWith('https:');

  async function find(uid: string, cookies: string | null) {
    const interaction = /^[\w-]{20,64}$/.test(uid) ? await provider.Interaction.find(uid) : undefined;
    if (!interaction || !hasCookie(cookies, interactionCookie(uid, secure))) {
      throw new ApiError('NOT_FOUND', {
        message: 'This request is not known here: it has ended, or it began in another browser.',
        detail: 'Go back to the application and connect again.',
      });
    }
    if (interaction.result) {
      throw new ApiError('GONE', {
        message: 'This request has been decided already.',
        detail: 'Go back to the application; connect again if it still asks.',
      });
    }
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
      if (granted) {
        // From here on the request is for what was allowed, so that the library tells the client exactly that.
        interaction.params.scope = granted.scopes.join(' ');
        interaction.result = {
          login: { accountId: actor.user.id, remember: false },
          consent: { grantId: granted.grantId },
        };
      } else {
        interaction.result = { error: 'access_denied', error_description: 'the user did not allow it' };
      }
      await interaction.save(interaction.exp - Math.floor(Date.now() / 1_000));
      return {
        redirect_to: `${accessUrl}${paths.authorize}/${uid}`,
        application: wish.application,
        granted,
      };
    },
  };
}

function hasCookie(header: string | null, name: string): boolean {
  return (header ?? '').split(';').some((part) => part.trim().startsWith(`${name}=`));
}
