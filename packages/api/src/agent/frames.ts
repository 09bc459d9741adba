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

/** Returns a function that takes the next bytes of a stream and returns the frames they complete. Throws RangeError on a length beyond MAX_FRAME_BYTES. */
export function frameDecoder(): (bytes: Uint8Array) => Frame[] {
  let rest = new Uint8Array(0);
  return (bytes) => {
    let data = bytes;
    if (rest.length > 0) {
      data = new Uint8Array(rest.length + bytes.length);
      data.set(rest);
      data.set(bytes, rest.length);
    }
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const frames: Frame[] = [];
    let at = 0;
    while (data.length - at >= HEADER) {
      const length = view.getUint32(at + 1);
      if (length > MAX_FRAME_BYTES)
        throw new RangeError(`a frame of ${length} bytes is longer than ${MAX_FRAME_BYTES}`);
      if (data.length - at < HEADER + length) break;
      frames.push({ kind: view.getUint8(at), payload: data.slice(at + HEADER, at + HEADER + length) });
      at += HEADER + length;
    }
    rest = data.slice(at);
    return frames;
  };
}
