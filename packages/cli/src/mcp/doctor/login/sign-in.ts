import type { Examination } from '../examination.ts';
import { type Finding, hasProblem } from '../report.ts';
import { type Clean, finding, type Step, takeSteps } from '../steps.ts';
import { deregister } from '../walk/deregister.ts';
import { checkDiscovery } from '../walk/discovery.ts';
import { checkMetadata } from '../walk/metadata.ts';
import { checkRegistration } from '../walk/registration.ts';
import { listenForCallback } from './callback.ts';
import { checkConsent } from './consent.ts';
import { checkExchange } from './exchange.ts';
import type { LoginWalk } from './login-walk.ts';
import { profileFor } from './profile.ts';
import { checkRefresh } from './refresh.ts';
import { revoke } from './revoke.ts';

export type LoginOptions = {
  /** Tells the person the address to open. */
  readonly tell: (url: string) => void;
  /** How long the person may take, in milliseconds. */
  readonly patienceMs?: number;
  /** Is told what became of the token and the application. */
  readonly onCleanup: (finding: Finding) => void;
};

export type Login = {
  readonly findings: Finding[];
  /** What the person allowed; undefined if it did not come to that. */
  readonly token: string | undefined;
  /** Ends the token and deletes the application, once. */
  end(): Promise<Finding[]>;
};

const loginSteps: readonly Step<LoginWalk>[] = [
  { name: 'discovery', check: checkDiscovery },
  { name: 'metadata', check: checkMetadata },
  { name: 'registration', check: checkRegistration },
  { name: 'consent', check: checkConsent },
  { name: 'token', check: checkExchange },
  { name: 'refresh', check: checkRefresh },
];

/** The whole way that a client takes which runs on this machine, with a person who signs in and decides. */
export async function signIn(
  examination: Examination,
  options: LoginOptions,
  clean: Clean,
  signal: AbortSignal,
): Promise<Login> {
  const callback = await listenForCallback();
  const walk: LoginWalk = {
    ...examination,
    client: profileFor(callback.redirectUri),
    found: {},
    callback,
    tell: options.tell,
    waiting: AbortSignal.any([signal, AbortSignal.timeout(options.patienceMs ?? 5 * 60_000)]),
    stopped: signal,
    granted: {},
  };
  let ended = false;
  const end = async (): Promise<Finding[]> => {
    if (ended) return [];
    ended = true;
    const verdicts = await revoke(walk);
    const { registered } = walk.found;
    if (registered) verdicts.push(await deregister(walk.http, walk.target, registered));
    const findings = verdicts.map((verdict) => finding('cleanup', verdict, clean));
    findings.forEach(options.onCleanup);
    return findings;
  };
  try {
    const findings = await takeSteps(loginSteps, walk, clean);
    return { findings, token: hasProblem(findings) ? undefined : walk.granted.accessToken, end };
  } catch (error) {
    await end();
    throw error;
  } finally {
    await callback.close();
  }
}
