import type { Duplex } from 'node:stream';

/** What is used of a WebSocket of the package `ws`, on either side of it. */
export type TcpSocket = {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array, options: { binary: boolean }, sent: (error?: Error | null) => void): void;
  close(code: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
};

/** How much may wait to be sent before the TCP connection is read on. */
const MAX_UNSENT = 1024 * 1024;
const OPEN = 1;
const END = new Uint8Array(0);

/**
 * Joins the WebSocket of `GET /workspaceagents/{agent}/tcp` and a TCP connection: a binary message is bytes of it, an empty one says that
 * this side has no more to send, and the WebSocket closes when both have said so. Whichever side is slow slows the other.
 * Resolves when both have ended; a connection that breaks breaks the other.
 */
export function joinTcp(socket: TcpSocket, stream: Duplex): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  /** `here` is told to the other side, and what came from `there` is written. */
  const ended = { here: false, there: false };
  const endedBoth = () => {
    if (ended.here && ended.there) socket.close(1000);
  };

  stream.on('data', (bytes: Uint8Array) => {
    if (socket.readyState !== OPEN) return;
    socket.send(bytes, { binary: true }, () => {
      if (stream.isPaused() && socket.bufferedAmount <= MAX_UNSENT) stream.resume();
    });
    if (socket.bufferedAmount > MAX_UNSENT) stream.pause();
  });
  stream.on('end', () => {
    ended.here = true;
    if (socket.readyState === OPEN) socket.send(END, { binary: true }, endedBoth);
  });
  stream.on('drain', () => socket.resume());
  stream.on('error', () => undefined);
  stream.on('close', () => {
    // One that is paused would not hear that the other side closes too.
    socket.resume();
    if (socket.readyState === OPEN && !(ended.here && ended.there))
      socket.close(1011, 'The connection broke off.');
  });

  socket.on('message', (data, isBinary) => {
    if (!isBinary || !(data instanceof Uint8Array)) {
      socket.close(1003, 'Send binary messages only.');
      return;
    }
    if (data.length === 0) {
      if (stream.writableEnded || stream.destroyed) return;
      stream.end(() => {
        ended.there = true;
        endedBoth();
      });
    } else if (!stream.writableEnded && !stream.destroyed && !stream.write(data)) socket.pause();
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    stream.destroy();
    resolve();
  });
  return promise;
}
