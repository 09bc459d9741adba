const HIDDEN = '[removed]';

/** Names of settings and fields whose values are nobody else's business. */
const SECRET_NAME =
  /token|secret|passw|credential|cookie|authoriz|private|dsn|(?:^|_)key$|api_?key|connection_url|session/i;
/** Session keys and tokens of this product, and of applications' secrets. */
const OUR_TOKEN = /\b(?:coder_)?[A-Za-z0-9]{10}[-_][A-Za-z0-9]{22,64}\b/g;
const JWT = /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g;
/** `scheme://user:password@host` */
const USERINFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]*@/gi;
/** `password=…`, `token: …`, `--session-token …` in a line of a log. */
const ASSIGNED =
  /((?:token|secret|password|passwd|api[_-]?key|authorization)["']?\s*[=:]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"',;&]+/gi;

/** A text without what looks like a secret, and without those that are known. */
export function redactText(text: string, known: readonly string[] = []): string {
  let out = text;
  for (const secret of known) if (secret.length >= 8) out = out.replaceAll(secret, HIDDEN);
  return out
    .replace(USERINFO, `$1${HIDDEN}@`)
    .replace(JWT, HIDDEN)
    .replace(OUR_TOKEN, HIDDEN)
    .replace(ASSIGNED, `$1${HIDDEN}`);
}

/** A value without secrets: whatever stands under a name that says so, and what looks like one in any text. */
export function redactValue(value: unknown, known: readonly string[] = []): unknown {
  if (typeof value === 'string') return redactText(value, known);
  if (Array.isArray(value)) return value.map((one) => redactValue(one, known));
  if (typeof value !== 'object' || value === null) return value;
  // A list of variables or parameters: what one is called says whether its value is a secret.
  const { name: called } = value as { name?: unknown };
  const isNamedSecret = typeof called === 'string' && SECRET_NAME.test(called);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      (SECRET_NAME.test(name) || (isNamedSecret && /value|default/.test(name))) && isSet(inner)
        ? HIDDEN
        : redactValue(inner, known),
    ]),
  );
}

/** Whether something is set stays to be seen: that is often the answer. */
function isSet(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null);
}
