import { APPROVAL_ARGUMENTS_LIMIT, ApiError, type ApprovalMeta } from '@coder/api';
import type { CallInput } from './approval-gate.ts';
import { defaultBodyLimitBytes } from './body-limit.ts';
import type { RawQuery } from './raw-query.ts';

/** The most that is held of a body which a person has to see first, as text or, when it is none, as base64. */
const MAX_BODY_BYTES = APPROVAL_ARGUMENTS_LIMIT;

/** A raw call as its approval sees it, and as its handler gets it once it is approved. */
export type RawInput = {
  /** What the call is bound to: its path's parameters, and of its query and body what the route says. */
  read(): Promise<CallInput>;
  /** The request with its body, which `read` may have read. */
  request(): Request;
};

/** Reads the body of a request only if somebody asks what is in it. */
export function rawInput(
  meta: ApprovalMeta | undefined,
  { query, params, request }: { query: RawQuery; params: Readonly<Record<string, string>>; request: Request },
): RawInput {
  let current = request;
  return {
    request: () => current,
    async read() {
      const bound = (meta?.query ?? []).flatMap((name) => {
        const value = query[name];
        return value === undefined ? [] : [[name, value] as const];
      });
      const input: Record<string, unknown> = { ...params, ...Object.fromEntries(bound) };
      if (!meta?.body) return input;
      const body = await readBody(request);
      current = new Request(request.url, {
        method: request.method,
        headers: request.headers,
        signal: request.signal,
        body: new Uint8Array(body),
      });
      return { ...input, ...textOrBase64(body) };
    },
  };
}

/**
 * What is too large is refused after it was read, and thrown away: whoever still sends a body when the connection closes does not
 * read why. That holds for so much; with more the connection closes.
 */
async function readBody(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (size > defaultBodyLimitBytes) break;
  }
  if (size > MAX_BODY_BYTES) {
    throw new ApiError('PAYLOAD_TOO_LARGE', {
      message: `Of a body that needs approval at most ${MAX_BODY_BYTES} bytes are taken at once.`,
      detail: 'Send it in parts, each of which is approved by itself.',
    });
  }
  return Buffer.concat(chunks);
}

/** People read text as text; whatever is none is shown in a form that loses nothing. */
function textOrBase64(body: Buffer): { body: string } | { body_base64: string } {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body) };
  } catch {
    return { body_base64: body.toString('base64') };
  }
}
