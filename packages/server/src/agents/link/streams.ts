import { parts } from './parts.ts';
import type { OpenCall } from './request.ts';

/** The lines of an NDJSON answer, parsed. Ends when the agent ends it; throws when the link breaks. Leaving it cancels the call. */
export async function* jsonLines(call: OpenCall): AsyncGenerator<unknown> {
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const part of parts(call.stream)) {
      const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) if (line !== '') yield JSON.parse(line) as unknown;
    }
  } catch (error) {
    throw call.failure() ?? error;
  } finally {
    call.stream.close(8);
  }
}
