/**
 * Length-prefixed frames, for the two streams that mix kinds of bytes: one byte kind, four bytes length (big endian),
 * then the payload. A stream may be cut anywhere; the decoder keeps what is not complete yet.
 */
export interface Frame {
  kind: number;
  payload: Uint8Array;
}

/** Frames of a process's output stream. `gap` and `exit` carry JSON: OutputGap, and Process. */
export const ProcessFrame = { stdout: 1, stderr: 2, gap: 3, exit: 4 } as const;

/** Frames that a terminal's viewer sends: keystrokes as raw bytes, or a TerminalSize as JSON. */
export const TerminalFrame = { data: 1, resize: 2 } as const;

const HEADER = 5;
/** No frame is longer; a longer length means the stream is not frames, and is refused. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Returns the bytes of one frame; strings are sent as UTF-8. */
export function encodeFrame(kind: number, payload: Uint8Array | string): Uint8Array {
  const body = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const out = new Uint8Array(HEADER + body.length);
  out[0] = kind;
  new DataView(out.buffer).setUint32(1, body.length);
  out.set(body, HEADER);
  return out;
}

/**
 * Returns a function that takes the next bytes of a stream and returns the frames they complete. However small the parts are in
 * which a frame comes, its bytes are copied twice at most on average, and what is kept of it is at most twice what has come.
 * Throws RangeError on a length beyond MAX_FRAME_BYTES.
 */
export function frameDecoder(): (bytes: Uint8Array) => Frame[] {
  const header = new Uint8Array(HEADER);
  let headerSize = 0;
  let payload = new Uint8Array(0);
  let size = 0;
  return (bytes) => {
    const frames: Frame[] = [];
    let at = 0;
    const next = (wanted: number) => {
      const part = bytes.subarray(at, at + wanted);
      at += part.length;
      return part;
    };
    for (;;) {
      if (headerSize < HEADER) {
        const part = next(HEADER - headerSize);
        header.set(part, headerSize);
        headerSize += part.length;
        if (headerSize < HEADER) return frames;
      }
      const length = lengthIn(header);
      const part = next(length - size);
      if (payload.length < size + part.length) {
        // What a header promises may never come, so room is made only as bytes come.
        payload = grown(payload, size, Math.min(length, Math.max(2 * payload.length, size + part.length)));
      }
      payload.set(part, size);
      size += part.length;
      if (size < length) return frames;
      frames.push({ kind: header[0] ?? 0, payload });
      payload = new Uint8Array(0);
      headerSize = 0;
      size = 0;
    }
  };
}

function lengthIn(header: Uint8Array<ArrayBuffer>): number {
  const length = new DataView(header.buffer).getUint32(1);
  if (length > MAX_FRAME_BYTES)
    throw new RangeError(`a frame of ${length} bytes is longer than ${MAX_FRAME_BYTES}`);
  return length;
}

/** The first `size` bytes, with room for `capacity`. */
function grown(bytes: Uint8Array<ArrayBuffer>, size: number, capacity: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(capacity);
  out.set(bytes.subarray(0, size));
  return out;
}
