import type { Http2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import { streamParts } from '@coder/api/agent';
import { AgentUnreachable } from './agent-error.ts';

/** The bytes of an agent's answer, to its end; throws when it breaks off before. */
export function parts(stream: Http2Stream & Readable): AsyncGenerator<Buffer> {
  return streamParts(
    stream,
    () => new AgentUnreachable('broken', 'The answer of the workspace agent broke off.'),
  );
}
