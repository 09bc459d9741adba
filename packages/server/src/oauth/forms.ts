import type { HttpContext } from '../http/index.ts';
import { canonicalResource, type Resources } from './addresses.ts';
import { oauthError } from './answers.ts';

/** Bodies here are a few fields. */
const longestBody = 64 * 1024;

/** The body of a request, or undefined if it has more than so many bytes. */
export async function textOfBody(c: HttpContext, longestBytes: number): Promise<string | undefined> {
  const body = await c.req.arrayBuffer();
  return body.byteLength > longestBytes ? undefined : new TextDecoder().decode(body);
}

/** The fields of a form, or the answer to what is none. */
export async function formOf(c: HttpContext): Promise<URLSearchParams | Response> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    return oauthError(400, 'invalid_request', 'the body must be application/x-www-form-urlencoded');
  }
  const text = await textOfBody(c, longestBody);
  if (text === undefined) return oauthError(413, 'invalid_request', 'the body is too large');
  const form = new URLSearchParams(text);
  return [...form].flat().some((part) => part.includes('\0')) ? nulRefused() : form;
}

/** The answer to a NUL, which the database cannot hold. */
export const nulRefused = (): Response =>
  oauthError(400, 'invalid_request', 'the request must not contain the character U+0000');

/** Which client a request says it is from, in the header or in the form. */
export function clientIdOf(c: HttpContext, form: URLSearchParams): string {
  const basic = /^basic +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (basic === undefined) return form.get('client_id') ?? '';
  const [id = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  // The library judges what is not well encoded; here it is a name for the audit row.
  const plain = id.replaceAll('\0', '');
  try {
    return decodeURIComponent(plain).replaceAll('\0', '');
  } catch {
    return plain;
  }
}

/** Writes the resource of a request as we write it. What is not ours is left for the library to refuse. */
export function writeCanonicalResource(params: URLSearchParams, resources: Resources): void {
  const asked = params.getAll('resource');
  const [only] = asked;
  if (asked.length !== 1 || only === undefined) return;
  if (only === '') params.delete('resource');
  else params.set('resource', canonicalResource(resources, only) ?? only);
}
