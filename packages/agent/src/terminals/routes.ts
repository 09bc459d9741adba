import { frameDecoder, TerminalAttach, TerminalFrame, TerminalId, TerminalSize } from '@coder/api/agent';
import { AgentFault } from '../fault.ts';
import { bodyParts } from '../http/body.ts';
import { parse } from '../http/parse.ts';
import type { AgentRequest } from '../http/request.ts';
import type { Route } from '../http/server.ts';
import type { Attached, Terminals, Viewer } from './terminals.ts';

/** A viewer that has this much waiting gets nothing more until it has caught up: a terminal must not fill our memory. */
const MAX_BEHIND = 4 * 1024 * 1024;

export function terminalRoutes(terminals: Terminals): Route[] {
  return [
    { method: 'GET', path: '/v1/terminals', handler: () => ({ body: { terminals: terminals.list() } }) },
    { method: 'POST', path: '/v1/terminals/:id', handler: (request) => attach(terminals, request) },
    {
      method: 'DELETE',
      path: '/v1/terminals/:id',
      async handler({ params }) {
        await terminals.end(params.id as string);
        return { body: {} };
      },
    },
  ];
}

async function attach(
  terminals: Terminals,
  { stream, params, query, signal }: AgentRequest,
): Promise<undefined> {
  const id = parse(TerminalId, params.id);
  const { width, height, command } = parse(TerminalAttach, query);
  const waiting: Buffer[] = [];
  let open = false;
  const viewer: Viewer = {
    show(bytes) {
      if (!open) waiting.push(bytes);
      else if (!stream.destroyed && stream.writableLength < MAX_BEHIND) stream.write(bytes);
    },
    ended() {
      stream.end();
    },
  };
  const attached = await terminals.attach(id, { width, height }, command, viewer);
  if (signal.aborted) {
    attached.detach();
    return undefined;
  }
  signal.addEventListener('abort', () => attached.detach(), { once: true });
  stream.respond({ ':status': 200, 'content-type': 'application/octet-stream' });
  open = true;
  for (const bytes of waiting) stream.write(bytes);
  const decode = frameDecoder();
  try {
    for await (const part of bodyParts(stream)) for (const frame of decode(part)) handle(attached, frame);
  } finally {
    attached.detach();
    stream.end();
  }
  return undefined;
}

function handle(attached: Attached, frame: { kind: number; payload: Uint8Array }): void {
  if (frame.kind === TerminalFrame.data) attached.input(frame.payload);
  else if (frame.kind === TerminalFrame.resize) {
    let size: unknown;
    try {
      size = JSON.parse(Buffer.from(frame.payload).toString('utf8'));
    } catch (cause) {
      throw new AgentFault('invalid_input', 'A resize frame must hold JSON.', { cause });
    }
    attached.resize(parse(TerminalSize, size));
  }
}
