import { ApiError, isUuid } from '@coder/api';
import type { RawUpgrade } from './raw-routes.ts';

/**
 * Serves a log over a WebSocket, a line a message, from the line behind `?after=` on; closes with 1000 and the words
 * `ended` when no line can follow. `follow` may throw before the first line to refuse. What fails later is thrown, so
 * that it is logged and the WebSocket closed with 1011.
 */
export async function serveLines(
  { query, accept }: Pick<RawUpgrade, 'query' | 'accept'>,
  follow: (after: number, signal: AbortSignal) => Promise<AsyncIterable<unknown>>,
  ended: string,
): Promise<void> {
  const after = Number(query.after ?? 0);
  if (!Number.isSafeInteger(after) || after < 0) throw refuse('after', 'must be the id of a line');
  const gone = new AbortController();
  const lines = await follow(after, gone.signal);
  const socket = await accept();
  socket.on('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  try {
    for await (const line of lines) socket.send(JSON.stringify(line));
    socket.close(1000, ended);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}

/** A part of a raw route's path that must be a UUID, in lower case. Throws VALIDATION_FAILED when it is none. */
export function uuidParameter(field: string, value: string | undefined): string {
  if (value !== undefined && isUuid(value)) return value.toLowerCase();
  throw refuse(field, 'must be a UUID');
}

function refuse(field: string, detail: string): ApiError {
  return new ApiError('VALIDATION_FAILED', { validations: [{ field, detail }] });
}
