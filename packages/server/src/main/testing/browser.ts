import type { ConsentDecision, ConsentRequest } from '@coder/api';

/** What a browser and the consent page in it do: keep cookies by their paths, follow redirects of this server, press the button. */
export type Browser = {
  readonly cookies: Map<string, { value: string; path: string }>;
  /** One request with the cookies that belong to it; redirects are not followed. */
  get(path: string): Promise<Response>;
  consent(uid: string): Promise<ConsentRequest>;
  /** Sends a decision as the page does. */
  post(uid: string, decision: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Decides and follows the redirects up to the application, whose address is given back. */
  decide(uid: string, decision: ConsentDecision): Promise<URL>;
};

export function createBrowser(url: string, session?: string): Browser {
  const cookies: Browser['cookies'] = new Map();
  if (session !== undefined) cookies.set('coder_session_token', { value: session, path: '/' });

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const { pathname } = new URL(path, url);
    const cookie = [...cookies]
      .filter(([, { path: scope }]) => pathname === scope || pathname.startsWith(scope.replace(/\/?$/, '/')))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const headers = new Headers(init.headers);
    if (cookie) headers.set('cookie', cookie);
    const response = await fetch(new URL(path, url), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const scope = attributes.find((part) => /^path=/i.test(part))?.slice(5) ?? '/';
      cookies.set(pair.slice(0, at), { value: pair.slice(at + 1), path: scope });
    }
    return response;
  }

  const browser: Browser = {
    cookies,
    get: (path) => send(path),
    async consent(uid) {
      const response = await send(`/api/v2/oauth2/interactions/${uid}`);
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      return (await response.json()) as ConsentRequest;
    },
    post: (uid, decision, headers = {}) =>
      send(`/api/v2/oauth2/interactions/${uid}`, {
        method: 'POST',
        body: JSON.stringify(decision),
        headers: {
          'content-type': 'application/json',
          origin: url,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
      }),
    async decide(uid, decision) {
      const response = await browser.post(uid, decision);
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      let next = ((await response.json()) as { redirect_to: string }).redirect_to;
      for (let hops = 0; next.startsWith(`${url}/`) && hops < 5; hops++) {
        const hop = await send(next);
        const location = hop.headers.get('location');
        if (location === null) throw new Error(`${hop.status} ${await hop.text()}`);
        next = location;
      }
      return new URL(next);
    },
  };
  return browser;
}
