import type { StepFacts } from './steps-audit.ts';

const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/** An error in OAuth's own form. */
export function oauthError(status: number, error: string, description: string, headers = {}): Response {
  return Response.json(
    { error, error_description: description },
    { status, headers: { ...noStore, ...headers } },
  );
}

/** Keeps the reason of a refusal for the audit row: from the body, or from the address an error is sent to. */
export async function withReason(response: Response, facts: StepFacts): Promise<Response> {
  const location = URL.parse(response.headers.get('location') ?? '');
  const sent = location?.searchParams;
  if (sent?.has('error')) {
    facts.error = `${sent.get('error')}: ${sent.get('error_description') ?? ''}`;
  } else if (response.status >= 400) {
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const { error, error_description: description } = (body ?? {}) as Record<string, string | undefined>;
    facts.error = `${error ?? response.status}: ${description ?? ''}`;
  }
  return response;
}

/** What a browser is shown: never inside another page, never from a cache. */
export function page(response: Response): Response {
  response.headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  response.headers.set('X-Frame-Options', 'DENY');
  response.headers.set('Referrer-Policy', 'no-referrer');
  response.headers.set('Cache-Control', 'no-store');
  return response;
}

/** The record of a client without its secret, of which only hashes are known. */
export async function withoutSecret(response: Response): Promise<Response> {
  if (!response.ok || response.status === 204) return response;
  const { client_secret: _, ...rest } = (await response.json()) as Record<string, unknown>;
  return Response.json(rest, { status: response.status, headers: noStore });
}
