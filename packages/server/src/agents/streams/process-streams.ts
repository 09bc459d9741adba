import { ApiError } from '@coder/api';
import {
  encodeFrame,
  ProcessFrame,
  ProcessId,
  StdinQuery,
  StreamQuery,
  TerminalSize,
} from '@coder/api/agent';
import type { RawRequest } from '../../http/index.ts';
import type { ProcessStreamItem } from '../link/index.ts';
import type { AgentAccess } from '../routes/access.ts';
import { parseInput } from './parse-input.ts';
import { bodyOf, streamResponse } from './pass-stream.ts';

/** The output of a process as frames, from a cursor on, until the process has ended. */
export async function processStream(
  access: AgentAccess,
  { context, params, query }: RawRequest,
): Promise<Response> {
  const id = parseInput(ProcessId, params.process, 'process');
  const { after } = parseInput(StreamQuery, query);
  const items = await access.use(context, params.agent ?? '', 'ssh', async ({ processes }, call) => {
    // Asked first, so that a process that is not there is refused and not a broken stream.
    await processes.get(id, 0, call);
    return processes.stream(id, after, call);
  });
  return streamResponse(frames(items), {
    'Content-Type': 'application/octet-stream',
    'Cache-Control': 'no-store',
  });
}

async function* frames(items: AsyncGenerator<ProcessStreamItem>): AsyncGenerator<Uint8Array> {
  for await (const item of items) {
    if (item.type === 'exit') yield encodeFrame(ProcessFrame.exit, JSON.stringify(item.process));
    else if (item.type === 'gap') yield encodeFrame(ProcessFrame.gap, JSON.stringify(item.gap));
    else yield encodeFrame(ProcessFrame[item.type], item.data);
  }
}

/** Raw bytes for the standard input of a process; the body may be as long as the process lives. */
export async function processStdin(
  access: AgentAccess,
  { context, request, params, query }: RawRequest,
): Promise<Response> {
  const id = parseInput(ProcessId, params.process, 'process');
  const { close } = parseInput(StdinQuery, query);
  context.audit.field('process', id);
  const written = await access.use(context, params.agent ?? '', 'ssh', ({ processes }, call) =>
    processes.stdin(id, bodyOf(request), close, call),
  );
  return Response.json(written);
}

/** The new size of a process's terminal. */
export async function processResize(
  access: AgentAccess,
  { context, request, params }: RawRequest,
): Promise<Response> {
  const id = parseInput(ProcessId, params.process, 'process');
  const size = parseInput(TerminalSize, await json(request));
  const process = await access.use(context, params.agent ?? '', 'ssh', ({ processes }, call) =>
    processes.resize(id, size, call),
  );
  return Response.json(process);
}

async function json(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (cause) {
    throw new ApiError('BAD_REQUEST', { message: 'Request body must be valid JSON.', cause });
  }
}
