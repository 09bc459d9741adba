/** A request as the fake deployment got it. */
export type Seen = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
};
/** What it answers; a body that is `open` goes on after its first part. */
export type Reply = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly open?: boolean;
};
export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});
export const html = (text: string, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<!doctype html><p>${text}</p>`,
});
export const redirect = (location: string, status = 303): Reply => ({
  status,
  headers: { location },
  body: '',
});
