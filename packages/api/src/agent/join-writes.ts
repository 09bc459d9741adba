type Done = (error?: Error | null) => void;

/** What is used of a stream of Node, so that this file needs no Node. */
type JoiningStream = { _writev?(chunks: { chunk: Uint8Array }[], done: Done): void };

/** A longer row of writes is sent in several messages: joined they are copied. */
const LONGEST_MESSAGE = 1024 * 1024;

/**
 * Has what is written to a link's stream at once sent as one message. HTTP/2 hands over the head of a frame and what is in it
 * apart, and each message is a call of the system here and a wake there.
 */
export function joinWrites(
  stream: JoiningStream,
  send: (message: Uint8Array, done: (error?: Error) => void) => void,
): void {
  stream._writev = (chunks, done) => {
    const messages = rows(chunks.map(({ chunk }) => chunk)).map(joined);
    let left = messages.length;
    let failed = false;
    const sent = (error?: Error) => {
      left -= 1;
      if (failed || (!error && left > 0)) return;
      failed = error !== undefined;
      done(error);
    };
    for (const message of messages) send(message, sent);
  };
}

function rows(parts: readonly Uint8Array[]): Uint8Array[][] {
  const all: Uint8Array[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    if (size + part.length > LONGEST_MESSAGE) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push(part);
    size += part.length;
  }
  return all;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
