import { setTimeout as sleep } from 'node:timers/promises';
import { errorFromBody } from '@coder/api';
import type { DeviceAuthorizationResponse } from 'oauth4webapi';
import { CliError } from '../cli-error.ts';
import { oauthServerOf } from '../session/oauth-server.ts';
import { renewableLogin } from '../session/renew.ts';
import type { RenewableLogin } from '../session/stored-login.ts';

/** What the user is shown: where to go, and the code that is to be seen there. */
export type DeviceCode = { address: string; code: string; minutes: number };

export type DeviceLogin = {
  login: RenewableLogin;
  /** What the user has allowed, which may be less than all. */
  scopes: string[];
};

type Options = {
  /** Shows the code before the waiting begins. */
  show: (code: DeviceCode) => void;
  now?: () => number;
  wait?: (milliseconds: number) => Promise<unknown>;
};

/** Seconds between two questions where the deployment does not say, and what a "slow down" adds (RFC 8628). */
const INTERVAL = 5;
const SLOWER = 5;

/**
 * Signs in by a code that a person allows in a browser, on any machine (RFC 8628). Resolves with undefined where the
 * deployment does not offer it, and throws {@link CliError} when it is denied or takes too long.
 */
export async function deviceLogin(url: string, options: Options): Promise<DeviceLogin | undefined> {
  const { show, now = Date.now, wait = sleep } = options;
  const { oauth, server, client, auth, options: common } = await oauthServerOf(url);
  const begun = await oauth.deviceAuthorizationRequest(
    server,
    client,
    auth,
    { scope: 'coder:all' },
    common(),
  );
  // An experiment that is off, or a server that is older than this.
  if (begun.status === 403 || begun.status === 404) return undefined;
  if (!begun.ok) throw errorFromBody(begun.status, await begun.json().catch(() => undefined));
  const device = await oauth.processDeviceAuthorizationResponse(server, client, begun);
  const until = now() + device.expires_in * 1000;
  show(codeOf(device));

  for (let interval = device.interval ?? INTERVAL; ; ) {
    await wait(interval * 1000);
    if (now() > until) throw expired();
    try {
      const answer = await oauth
        .deviceCodeGrantRequest(server, client, auth, device.device_code, common())
        .then((response) => oauth.processDeviceCodeResponse(server, client, response));
      const before = { access_token: '', refresh_token: '' };
      return {
        login: renewableLogin(url, answer, before, now()),
        scopes: (answer.scope ?? '').split(' ').filter((scope) => scope !== ''),
      };
    } catch (error) {
      const code = error instanceof oauth.ResponseBodyError ? error.error : undefined;
      if (code === 'access_denied') throw new CliError('The sign-in was denied in the browser.');
      if (code === 'expired_token' || code === 'invalid_grant') throw expired();
      // A network that is away for a moment is asked less often too, as the standard has it.
      if (code !== 'authorization_pending') interval += SLOWER;
      const again = code === 'authorization_pending' || code === 'slow_down' || isPassing(error, code);
      if (!again) throw error;
    }
  }
}

/** Whether the next question may be answered: the server was away, busy, or being restarted. */
function isPassing(error: unknown, code: string | undefined): boolean {
  if (code !== undefined) return code === 'temporarily_unavailable' || code === 'server_error';
  const { name, cause } = error as { name?: string; cause?: { status?: unknown } };
  // Of a connection that failed, fetch tells the reason in the cause.
  const isNetwork = (error instanceof TypeError && cause !== undefined) || name === 'TimeoutError';
  return isNetwork || (typeof cause?.status === 'number' && cause.status >= 500);
}

function codeOf(device: DeviceAuthorizationResponse): DeviceCode {
  return {
    address: device.verification_uri_complete ?? device.verification_uri,
    code: device.user_code,
    minutes: Math.round(device.expires_in / 60),
  };
}

const expired = () =>
  new CliError('The code was not allowed in time. Run "coder login" again for a new one.');
