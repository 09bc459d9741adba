import { ApiError } from '@coder/api';
import type { Actor } from '../../authorization/index.ts';
import type { Clock } from '../../clock.ts';
import { lastingStream, type RawRequest, type RequestContext, type WhileGood } from '../../http/index.ts';
import { AgentError } from '../link/index.ts';
import type { AgentAccess } from '../routes/access.ts';
import { downloadHeaders } from '../streams/file-streams.ts';
import { holdLast } from '../streams/hold-last.ts';
import { bodyOf, streamResponse } from '../streams/pass-stream.ts';
import type { FileTicket, FileTickets } from './ticket.ts';
import type { UsedLinks } from './used-links.ts';

export type UseLinkDeps = {
  access: AgentAccess;
  tickets: FileTickets;
  /** Of those to write a file. */
  used: UsedLinks;
  clock: Clock;
  /** The actor a key stands for, as long as the key and its user are good. */
  actorOfKey(keyId: string): Promise<Actor | undefined>;
  /** Ends what goes on when that is over. */
  whileGood: WhileGood;
};

const SHA256_HEADER = 'X-Content-SHA256';

/** Sends the file that a link is for, if it is still what it was. */
export async function readByLink(deps: UseLinkDeps, request: RawRequest): Promise<Response> {
  const { ticket, context } = await open(deps, request, 'download');
  const lasting = lastingStream('file', context.request.signal, deps.whileGood);
  const answer = deps.access.use(context, ticket.agentId, 'ssh', async ({ files }, call) => {
    const { size, etag, mode: _, body } = await files.download({ path: ticket.path }, call);
    if (etag !== ticket.etag) {
      await body.return(undefined);
      throw changed(ticket.path);
    }
    return streamResponse(holdLast(body), {
      ...downloadHeaders(ticket.path.split('/').at(-1) || 'file'),
      'Content-Length': String(size),
      ETag: `"${etag}"`,
    });
  });
  return lasting.watch(context, answer);
}

/** Takes the file that a link is for. It is whole and right before it goes to its place, and then the link is used up. */
export async function writeByLink(deps: UseLinkDeps, request: RawRequest): Promise<Response> {
  const { ticket, context } = await open(deps, request, 'upload');
  const { path, etag, sha256, maxBytes } = ticket;
  const { used, clock } = deps;
  if (await used.has(ticket)) throw usedUp(path);
  const expected = etag === null ? { create_only: true } : { if_match: etag };
  const tooLarge = new ApiError('PAYLOAD_TOO_LARGE', {
    message: `This link takes at most ${maxBytes} bytes. Nothing was written.`,
  });
  const declared = Number(request.request.headers.get('content-length') ?? 0);
  if (declared > maxBytes) throw tooLarge;
  const passing = { over: false, taken: false, late: false };
  async function* body() {
    let size = 0;
    for await (const part of bodyOf(request.request) as AsyncIterable<Uint8Array>) {
      size += part.length;
      passing.over = size > maxBytes;
      if (passing.over) throw tooLarge;
      yield part;
    }
    // Nothing goes to its place before this has ended. Until here any number may send, and one that breaks off uses nothing up.
    passing.taken = await used.take(ticket, clock.now());
    passing.late = !passing.taken;
    if (passing.late) throw usedUp(path);
  }
  const lasting = lastingStream('upload', context.request.signal, deps.whileGood);
  const held = { ...context, request: { ...context.request, signal: lasting.signal } };
  const answer = deps.access.use(held, ticket.agentId, 'ssh', async ({ files }, call) => {
    const query = { path, ...expected, ...(sha256 === null ? {} : { sha256 }) };
    const written = await files.upload(query, body(), call).catch(async (error: unknown) => {
      if (passing.over) throw tooLarge;
      if (passing.late) throw usedUp(path);
      // When no answer came, the file may have been written.
      if (passing.taken && error instanceof AgentError) await used.giveBack(ticket);
      const isOther = error instanceof AgentError && ['exists', 'etag_mismatch'].includes(error.code);
      throw isOther ? usedUp(path) : error;
    });
    return Response.json(written, { status: 201, headers: { [SHA256_HEADER]: written.sha256 } });
  });
  return lasting.watch(held, answer);
}

/** Who a link acts for, and on what. One that is not good says nothing of what it was for. */
async function open(
  { tickets, clock, actorOfKey }: UseLinkDeps,
  { context, query }: RawRequest,
  direction: FileTicket['direction'],
): Promise<{ ticket: FileTicket; context: RequestContext }> {
  const ticket = tickets.read(query.ticket ?? '', clock.now());
  const actor = ticket?.direction === direction ? await actorOfKey(ticket.keyId) : undefined;
  if (!ticket || !actor) {
    throw new ApiError('NOT_FOUND', {
      message: 'This link is not good: it has expired, was withdrawn, or is not complete.',
      detail: 'Ask whoever gave it to you for a new one.',
    });
  }
  context.audit.actor(actor.user);
  context.audit.field('path', ticket.path);
  context.audit.field('link', true);
  return { ticket, context: { ...context, actor } };
}

const usedUp = (path: string): ApiError =>
  new ApiError('CONFLICT', {
    message: `${path} is no longer what it was when this link was made: the link has been used, or the file was written otherwise.`,
    detail: 'Ask for a new link.',
  });
const changed = (path: string): ApiError =>
  new ApiError('PRECONDITION_FAILED', {
    message: `${path} has changed since this link was made.`,
    detail: 'Ask for a new link.',
  });
