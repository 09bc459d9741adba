import type { ClientHttp2Stream } from 'node:http2';
import { AgentUnreachable } from './agent-error.ts';
import type { OpenCall } from './request.ts';

/** The lines of an NDJSON answer, parsed. Ends when the agent ends it; throws when the link breaks. Leaving it cancels the call. */
export async function* jsonLines(call: OpenCall): AsyncGenerator<unknown> {
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const part of call.stream as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) if (line !== '') yield JSON.parse(line) as unknown;
    }
    checkWhole(call);
  } catch (error) {
    throw call.failure() ?? error;
  } finally {
    call.stream.close(8);
  }
}

/** Throws when the answer broke off instead of coming to its end. */
export function checkWhole(call: OpenCall): void {
  const stream: ClientHttp2Stream = call.stream;
  if (stream.rstCode)
    throw call.failure() ?? new AgentUnreachable('broken', 'The answer of the workspace agent broke off.');
}
