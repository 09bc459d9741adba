import { ApiError, type RawRoute } from '@coder/api';
import type { Actor } from '../authorization/index.ts';

/**
 * Calls `end` when an actor may no longer be what it was, until `over` says that there is nothing left to end. `workspaceOf` tells
 * which workspace alone is concerned, once that is known.
 */
export type WhileGood = (
  actor: Actor,
  over: AbortSignal,
  end: () => void,
  workspaceOf?: () => string | undefined,
) => void;

type Caller = { readonly actor: Actor | undefined; readonly workspaceId: string | undefined };

export type LastingStream = {
  /** Aborted when the client has gone, or an upload may go on no longer. */
  readonly signal: AbortSignal;
  /** Holds an answer to the right of its actor to it. */
  watch(caller: Caller, answer: Promise<Response>): Promise<Response>;
};

/**
 * Ends what a route streams with the right to it, and events, which have no end of their own, when the server is `stopping`. What is
 * over when it is answered is left alone.
 */
export function lastingStream(
  kind: RawRoute['kind'],
  gone: AbortSignal,
  whileGood: WhileGood,
  stopping?: AbortSignal,
): LastingStream {
  if (kind === 'upload') return lastingUpload(gone, whileGood);
  if (kind !== 'events' && kind !== 'file') return { signal: gone, watch: (_, answer) => answer };
  return {
    signal: gone,
    async watch(caller, answer) {
      const response = await answer;
      const { actor } = caller;
      if (!actor && kind === 'file') return response;
      return endedEarly(kind, response, gone, (over, end) => {
        if (actor) whileGood(actor, over, end, () => caller.workspaceId);
        if (kind !== 'events' || stopping === undefined) return;
        if (stopping.aborted) end();
        else stopping.addEventListener('abort', end, { once: true, signal: over });
      });
    },
  };
}

function lastingUpload(gone: AbortSignal, whileGood: WhileGood): LastingStream {
  const refused = new AbortController();
  return {
    signal: AbortSignal.any([gone, refused.signal]),
    async watch(caller, answer) {
      const over = new AbortController();
      const until = AbortSignal.any([gone, over.signal]);
      const { actor } = caller;
      if (actor) {
        whileGood(
          actor,
          until,
          () => refused.abort(),
          () => caller.workspaceId,
        );
      }
      try {
        return await answer;
      } catch (error) {
        if (refused.signal.aborted) throw new ApiError('UNAUTHENTICATED', { cause: error });
        throw error;
      } finally {
        over.abort();
      }
    },
  };
}

/** The answer with a body that ends when `until` says so, should it not be read to its end before. */
function endedEarly(
  kind: 'events' | 'file',
  response: Response,
  gone: AbortSignal,
  until: (over: AbortSignal, end: () => void) => void,
): Response {
  if (!response.body) return response;
  const read = new AbortController();
  const passing = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) =>
      until(AbortSignal.any([gone, read.signal]), () => {
        // Whoever reads events asks again, and is then told what is the matter. Half a file must not pass for a whole one.
        if (kind === 'events') controller.terminate();
        else controller.error(new ApiError('UNAUTHENTICATED'));
      }),
    flush: () => read.abort(),
  });
  return new Response(response.body.pipeThrough(passing), response);
}
