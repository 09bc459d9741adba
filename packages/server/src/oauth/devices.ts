import { ApiError, type ConsentDecision, type ConsentRequest } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { createRateLimiter } from '../http/index.ts';
import { canonicalResource, type Resources } from './addresses.ts';
import type { DescribeApplication } from './applications.ts';
import { type Consent, type Granted, requirePerson, type Wish } from './consent.ts';
import { requestedScopes } from './provider.ts';
import { decideDevice, findDevice, plainUserCode } from './store/artifacts.ts';
import type { GrantStore } from './store/grants.ts';

export type Devices = {
  get(actor: Actor, userCode: string): Promise<ConsentRequest>;
  decide(
    actor: Actor,
    userCode: string,
    decision: ConsentDecision,
    ip: string,
  ): Promise<{ application: Wish['application']; granted: Granted | undefined }>;
};

/** A code has 34 bits and lives ten minutes; with so few wrong guesses a minute and user it is not guessed. */
const wrongCodesAMinute = 10;

/** Decisions about devices that show a code. */
export function createDevices(deps: {
  db: Db;
  clock: Clock;
  resources: Resources;
  consent: Consent;
  grants: GrantStore;
  describe: DescribeApplication;
}): Devices {
  const { db, clock, resources, consent, grants, describe } = deps;
  const wrong = createRateLimiter({ limit: wrongCodesAMinute, windowMs: 60_000, clock });

  async function find(actor: Actor, userCode: string): Promise<Wish> {
    requirePerson(actor);
    const guess = wrong.take(actor.user.id);
    if (!guess.allowed) {
      throw new ApiError('RATE_LIMITED', {
        message: 'You have entered too many codes in a minute.',
        retryAfter: guess.retryAfterSeconds,
      });
    }
    const device = await findDevice(db, userCode, clock.now());
    const params = (device?.payload.params ?? {}) as Record<string, string | undefined>;
    const application = device && (await describe(params.client_id ?? ''));
    if (!device || !application) {
      throw new ApiError('NOT_FOUND', {
        message: 'No device waits with this code.',
        detail: 'Codes end after ten minutes and after one use. Start again on the device.',
      });
    }
    const info = (device.payload as { deviceInfo?: { ip?: string; ua?: string } }).deviceInfo ?? {};
    const code = plainUserCode(userCode);
    return {
      application,
      redirectUri: '',
      scopes: requestedScopes(params.scope).split(' '),
      resource: canonicalResource(resources, params.resource ?? '') ?? resources.mcp,
      expiresAt: device.expiresAt,
      device: {
        user_code: `${code.slice(0, 4)}-${code.slice(4)}`,
        ip: info.ip ?? '',
        user_agent: info.ua ?? '',
      },
    };
  }

  return {
    get: async (actor, userCode) => consent.present(actor, await find(actor, userCode)),

    async decide(actor, userCode, decision, ip) {
      const wish = await find(actor, userCode);
      const { application } = wish;
      if (decision.decision === 'deny') {
        const denied = { error: 'access_denied', errorDescription: 'the user did not allow it' };
        if (!(await decideDevice(db, userCode, denied))) throw decidedAlready();
        return { application, granted: undefined };
      }
      const granted = await consent.grant(actor, wish, decision, ip);
      const { grantId, scopes } = granted;
      const allowed = {
        accountId: actor.user.id,
        grantId,
        scope: scopes.join(' '),
        resource: wish.resource,
      };
      if (!(await decideDevice(db, userCode, allowed))) {
        await grants.end(grantId);
        throw decidedAlready();
      }
      return { application, granted };
    },
  };
}

function decidedAlready(): ApiError {
  return new ApiError('GONE', { message: 'This device has been decided about already.' });
}
