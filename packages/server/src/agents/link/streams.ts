import { constants } from 'node:http2';
import { parts } from './parts.ts';
import { endLink, type OpenCall } from './request.ts';

/** No event of an agent is longer: a line of its log has at most 16 Ki characters. */
const MAX_LINE_BYTES = 256 * 1024;

/**
 * The lines of an NDJSON answer, parsed. Ends when the agent ends it; throws when the link breaks. Leaving it cancels the call.
 * A line that is too long ends the link.
 */
export async function* jsonLines(call: OpenCall): AsyncGenerator<unknown> {
  let begun: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of parts(call.stream)) {
      let from = 0;
      for (let end = part.indexOf(10); end !== -1; end = part.indexOf(10, from)) {
        const line = Buffer.concat([...begun, part.subarray(from, end)]);
        begun = [];
        size = 0;
        from = end + 1;
        if (line.length > MAX_LINE_BYTES) throw tooLong(call);
        if (line.length > 0) yield JSON.parse(line.toString('utf8')) as unknown;
      }
      if (from === part.length) continue;
      begun.push(part.subarray(from));
      size += part.length - from;
      if (size > MAX_LINE_BYTES) throw tooLong(call);
    }
  } catch (error) {
    throw call.failure() ?? error;
  } finally {
    call.stream.close(constants.NGHTTP2_CANCEL);
  }
}

const tooLong = ({ stream }: OpenCall) =>
  endLink(stream, `sent a line of more than ${MAX_LINE_BYTES} bytes among its events`);
