import { ok, problem, type Verdict } from '../report.ts';
import { quote } from '../safe-text.ts';
import { authorizeUrl, challengeFor, newVerifier } from '../walk/authorize.ts';
import type { LoginWalk } from './login-walk.ts';

/** Sends the person to the consent page, and waits for what comes back. */
export async function checkConsent(walk: LoginWalk): Promise<Verdict[]> {
  const verifier = newVerifier();
  const state = newVerifier();
  const url = authorizeUrl(walk, { state, code_challenge: challengeFor(verifier) });
  if (url === undefined) return [];
  for (const secret of [verifier, state]) walk.secrets.add(secret);
  const answered = walk.callback.answer(state, walk.waiting);
  walk.tell(url);
  let answer: URLSearchParams;
  try {
    answer = await answered;
  } catch (error) {
    if (walk.stopped.aborted) throw error;
    return [problem('Nobody has decided in time.', 'Run this again and open the address it prints.')];
  }
  const error = answer.get('error');
  if (error !== null) {
    return [
      problem(
        `The sign-in ended with ${quote(`${error}: ${answer.get('error_description') ?? ''}`)}.`,
        error === 'access_denied'
          ? 'Run this again and allow it, with as little as you like.'
          : 'Look into the log of the server.',
      ),
    ];
  }
  const code = answer.get('code');
  if (code === null) {
    return [
      problem(
        'The sign-in brought neither a code nor an error.',
        'Let the proxy pass redirects on unchanged.',
      ),
    ];
  }
  walk.secrets.add(code);
  walk.granted = { code, verifier, iss: answer.get('iss') ?? undefined };
  return [ok('you have decided, and the answer came back')];
}
