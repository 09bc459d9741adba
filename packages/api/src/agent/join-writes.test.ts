import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { joinWrites } from './join-writes.ts';

const MIB = 1024 * 1024;

/** A stream whose messages are kept, each answered as `send` says. */
function joining(send: (message: Uint8Array, done: (error?: Error) => void) => void = (_, done) => done()) {
  const messages: Buffer[] = [];
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done(), decodeStrings: true });
  joinWrites(stream, (message, done) => {
    messages.push(Buffer.from(message));
    send(message, done);
  });
  return { stream, messages };
}

/** Writes parts at once, as HTTP/2 does; resolves with what each was answered. */
async function writeAtOnce(stream: Duplex, parts: readonly Buffer[]): Promise<(Error | null | undefined)[]> {
  stream.cork();
  const answers = parts.map(
    (part) => new Promise<Error | null | undefined>((resolve) => stream.write(part, resolve)),
  );
  stream.uncork();
  return Promise.all(answers);
}

test('what is written at once is one message', async () => {
  const { stream, messages } = joining();
  await writeAtOnce(stream, [Buffer.from('head'), Buffer.from('body'), Buffer.from('end')]);
  expect(messages.map(String)).toEqual(['headbodyend']);
});

test('a long row of writes goes in messages of at most 1 MiB, in order and whole', async () => {
  const { stream, messages } = joining();
  const parts = Array.from({ length: 10 }, (_, i) => Buffer.alloc(MIB / 4 + 1, i));
  parts.push(Buffer.alloc(2 * MIB, 10));
  await writeAtOnce(stream, parts);
  expect(messages.map((message) => message.length)).toEqual([
    ...Array<number>(3).fill(3 * (MIB / 4 + 1)),
    MIB / 4 + 1,
    2 * MIB,
  ]);
  expect(Buffer.concat(messages).equals(Buffer.concat(parts))).toBe(true);
});

test('one message that cannot be sent fails all that was written with it, once', async () => {
  const broken = new Error('the link is over');
  let sent = 0;
  const { stream } = joining((_, done) => setImmediate(done, sent++ === 1 ? broken : undefined));
  stream.on('error', () => {});
  const parts = Array.from({ length: 4 }, () => Buffer.alloc(MIB));
  const answers = await writeAtOnce(stream, parts);
  expect(answers).toEqual([broken, broken, broken, broken]);
});
