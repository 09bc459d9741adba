import type { ServerHttp2Stream } from 'node:http2';
import { streamParts } from '@coder/api/agent';
import { AgentFault } from '../fault.ts';

export const brokenOff = (): AgentFault =>
  new AgentFault(
    'invalid_input',
    'The request broke off before its end; nothing of it was done. Send it again.',
  );

/** The bytes of a request, to their end; throws when the caller goes away before. */
export function bodyParts(stream: ServerHttp2Stream): AsyncGenerator<Buffer> {
  return streamParts(stream, brokenOff);
}
