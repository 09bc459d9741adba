import fc from 'fast-check';
import { expect, test } from 'vitest';
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
