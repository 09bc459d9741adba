import { contract, createApiClient, type RouteMeta } from '@coder/api';

/** An answer as it came over the wire, with what was asked, so that an echo is told from a leak. */
export type Answer = { outcome: string; status: number; text: string; asked: string };

/** Every route of the contract with the permission that its metadata asks of a token. */
export const contractRoutes: [name: string, meta: RouteMeta][] = Object.entries(contract).flatMap(
  ([group, routes]) =>
    Object.entries(routes).map(([name, route]): [string, RouteMeta] => [
      `${group}.${name}`,
      (route as { '~orpc': { meta: RouteMeta } })['~orpc'].meta,
    ]),
);

/** Calls a route of the contract by its name, as the typed client would. */
export async function callRoute(url: string, token: string, name: string, input: object): Promise<Answer> {
  let answer: Answer | undefined;
  const client = createApiClient({
    url,
    token,
    async fetch(request) {
      const asked = `${decodeURIComponent(request.url)} ${await request.clone().text()}`;
      const response = await fetch(request);
      answer = await answerOf(response.clone(), asked);
      return response;
    },
  });
  const [group = '', route = ''] = name.split('.');
  const call = (client as unknown as Record<string, Record<string, (input: object) => Promise<unknown>>>)[
    group
  ]?.[route];
  if (!call) throw new Error(`there is no route ${name}`);
  // A failure is read from the answer like a success.
  await call(input).catch(() => undefined);
  if (!answer) throw new Error(`${name} was not sent`);
  return answer;
}

/** Reads an answer of any route. */
export async function answerOf(response: Response, asked: string): Promise<Answer> {
  const text = await response.text();
  const headers = [...response.headers].map((pair) => pair.join(': ')).join('\n');
  return {
    outcome: outcomeOf(response.status, text),
    status: response.status,
    text: `${headers}\n\n${text}`,
    asked,
  };
}

function outcomeOf(status: number, text: string): string {
  if (status < 400) return 'ok';
  try {
    return (JSON.parse(text) as { code?: string }).code ?? `status ${status}`;
  } catch {
    return `status ${status}`;
  }
}

/** The secrets that an answer holds without having been told them. */
export function leaks({ text, asked }: Answer, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => text.includes(secret) && !asked.includes(secret));
}

/** An answer without what the request named and what differs from request to request. */
export function words({ status, text }: Answer, named: object): string {
  let plain = text.replace(/^(content-length|date|keep-alive|x-coder-request-id): .*$/gm, '$1');
  const values = Object.values(named).map(String);
  for (const value of values.toSorted((one, other) => other.length - one.length)) {
    plain = plain.replaceAll(new RegExp(`\\b${value}\\b`, 'g'), '…');
  }
  return `${status} ${plain}`;
}
