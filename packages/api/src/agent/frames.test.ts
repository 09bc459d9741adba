import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { encodeFrame, frameDecoder, MAX_FRAME_BYTES } from './frames.ts';

test('frames come out as they went in, wherever the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 50 }))),
      fc.integer({ min: 1, max: 30 }),
      (frames, step) => {
        const bytes = Buffer.concat(frames.map(([kind, payload]) => encodeFrame(kind, payload)));
        const decode = frameDecoder();
        const got = [];
        for (let at = 0; at < bytes.length; at += step) got.push(...decode(bytes.subarray(at, at + step)));
        expect(got.map((f) => [f.kind, Buffer.from(f.payload).toString('hex')])).toEqual(
          frames.map(([kind, payload]) => [kind, Buffer.from(payload).toString('hex')]),
        );
      },
    ),
  );
});

test('a length that cannot be is refused before anything is kept', () => {
  const bytes = encodeFrame(1, new Uint8Array(0));
  new DataView(bytes.buffer).setUint32(1, MAX_FRAME_BYTES + 1);
  expect(() => frameDecoder()(bytes)).toThrow(RangeError);
});

test('a long frame in many small parts is not copied anew with each of them', () => {
  const bytes = encodeFrame(1, new Uint8Array(1024 * 1024).fill(7));
  const decode = frameDecoder();
  const set = vi.spyOn(Uint8Array.prototype, 'set');
  const got = [];
  try {
    for (let at = 0; at < bytes.length; at += 64) got.push(...decode(bytes.subarray(at, at + 64)));
    const copied = set.mock.calls.reduce((sum, [part]) => sum + part.length, 0);
    expect(set.mock.calls.length).toBeGreaterThan(0);
    expect(copied).toBeLessThan(3 * bytes.length);
  } finally {
    set.mockRestore();
  }
  expect(got).toEqual([{ kind: 1, payload: new Uint8Array(1024 * 1024).fill(7) }]);
});
