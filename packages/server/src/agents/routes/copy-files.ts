import { ApiError, type CopiedFile, type copyFileSchema } from '@coder/api';
import type { FileInfo } from '@coder/api/agent';
import type * as z from 'zod';
import type { RequestContext } from '../../http/index.ts';
import type { FileCalls } from '../link/index.ts';
import type { AgentAccess } from './access.ts';
import { fromAgentFailure } from './agent-error.ts';
import { type AgentTarget, targetName } from './agent-target.ts';

type CopyRequest = z.output<typeof copyFileSchema> & { agent: string };
/** One end of a copy. */
type End = { target: AgentTarget; files: FileCalls };

/**
 * Copies a file or a folder from one workspace into another, or within one. The bytes are passed on as they come; the agent
 * that takes them checks their sum, and lets nothing be seen before all of them are there.
 */
export async function copyFiles(
  access: AgentAccess,
  context: RequestContext,
  request: CopyRequest,
): Promise<CopiedFile> {
  const { agent, from_agent: fromAgent = agent, from_path: fromPath, overwrite } = request;
  const { signal } = context.request;
  async function end(agentId: string): Promise<End> {
    const target = await access.target(context, agentId, 'ssh');
    return { target, files: (await access.connection(target, signal)).files };
  }
  const from = await end(fromAgent);
  // The row of the copy is about where it has its effect.
  const to = await end(agent);
  context.audit.field('from', targetName(from.target));
  context.audit.field('from_path', fromPath);
  context.audit.field('path', request.path);

  const source = await at(from, () => from.files.stat({ path: fromPath }, { signal }));
  const path = request.path.endsWith('/') ? `${request.path}${source.name}` : request.path;
  if (source.type === 'file') {
    const { mode, body } = await at(from, () => from.files.download({ path: fromPath }, { signal }));
    const written = await pass(from, to, body, signal, (parts, call) =>
      to.files.uploadSummed({ path, mode, create_only: !overwrite }, parts, call),
    );
    const { size: bytes, sha256, created } = written;
    return {
      path: written.path,
      type: 'file',
      files: 1,
      bytes,
      sha256,
      created,
      skipped: 0,
      skipped_paths: [],
    };
  }
  requireFolder(source);
  // Only the agent knows where links lead, and so whether a folder is to go into itself.
  const into = agent === fromAgent ? { into: path } : {};
  const tar = await at(from, () => from.files.archive({ path: fromPath, ...into }, { signal }));
  const {
    folders: _,
    links: __,
    ...made
  } = await pass(from, to, tar, signal, (parts, call) =>
    to.files.unpack({ path, strip: 1, overwrite }, parts, call),
  );
  return { ...made, type: 'directory' };
}

/** What fails at one end is told of that end. */
async function at<T>({ target }: End, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fromAgentFailure(error, target);
  }
}

/** Passes a body on. A source that breaks off is the reason, whatever the other end then says; a refusal ends the source. */
async function pass<T>(
  from: End,
  to: End,
  body: AsyncGenerator<Uint8Array>,
  signal: AbortSignal,
  send: (parts: AsyncIterable<Uint8Array>, call: { signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  let broken: { cause: unknown } | undefined;
  async function* parts() {
    try {
      yield* body;
    } catch (cause) {
      broken = { cause };
      throw cause;
    }
  }
  try {
    return await send(parts(), { signal: AbortSignal.any([signal, over.signal]) });
  } catch (error) {
    throw broken ? fromAgentFailure(broken.cause, from.target) : fromAgentFailure(error, to.target);
  } finally {
    over.abort();
    await body.return(undefined).catch(() => undefined);
  }
}

function requireFolder({ path, type }: FileInfo): void {
  if (type === 'directory') return;
  throw new ApiError('BAD_REQUEST', { message: `${path} is neither a file nor a folder.` });
}
