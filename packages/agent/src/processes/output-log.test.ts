import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createByteLog } from './byte-log.ts';
import { type ByteStore, fileStore, memoryStore } from './byte-store.ts';
import { createOutputLog, type OutputStream, presentOutput } from './output-log.ts';
import { incompleteTail } from './utf8.ts';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'output-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const onFile = () => fileStore(join(folder, `f${files++}`));
/** A file system that is full after so many bytes. */
const onFullDisk = (room: number) => (): ByteStore => {
  const store = onFile();
  return {
    ...store,
    write(offset, bytes) {
      if (offset + bytes.length > room) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      store.write(offset, bytes);
    },
  };
};

type Write = { stream: OutputStream; data: Buffer };
const text = fc
  .array(fc.constantFrom('a', 'é', '漢', '😀', '\n', 'xyz'), { maxLength: 12 })
  .map((parts) => parts.join(''));
/** Text of two streams, cut at any byte. */
const writes: fc.Arbitrary<Write[]> = fc
  .array(fc.record({ stream: fc.constantFrom<OutputStream>('stdout', 'stderr'), text, cut: fc.nat(40) }), {
    maxLength: 20,
  })
  .map((list) =>
    list.flatMap(({ stream, text: whole, cut }) => {
      const data = Buffer.from(whole);
      const at = Math.min(cut, data.length);
      return [data.subarray(0, at), data.subarray(at)]
        .filter((part) => part.length > 0)
        .map((part) => ({ stream, data: part }));
    }),
  );
const disks = fc.constantFrom<(() => ByteStore | undefined)[]>(
  [onFile],
  [() => undefined],
  [onFullDisk(60)],
  [onFullDisk(90)],
);

function fill(
  list: Write[],
  spill: () => ByteStore | undefined,
  limits = { memoryBytes: 48, spillBytes: 120 },
) {
  const log = createOutputLog(createByteLog(limits, { memory: memoryStore, spill }));
  for (const { stream, data } of list) log.append(stream, data);
  log.flush();
  return log;
}

const of = (list: Write[], stream: OutputStream) =>
  Buffer.concat(list.filter((w) => w.stream === stream).map((w) => w.data)).toString();

test('everything can be read back by cursor, stream by stream, whatever the limit of a read', () => {
  fc.assert(
    fc.property(writes, fc.integer({ min: 16, max: 64 }), (list, limit) => {
      const log = fill(list, onFile, { memoryBytes: 48, spillBytes: 1_000_000 });
      const got = { stdout: '', stderr: '' };
      let cursor = 0;
      for (;;) {
        const slice = presentOutput(log.read(cursor, limit, 'head'), 'text', log.size, true);
        for (const chunk of slice.chunks) {
          expect(chunk.data).not.toContain('\uFFFD');
          expect(Buffer.byteLength(chunk.data)).toBe(chunk.bytes);
          got[chunk.stream] += chunk.data;
        }
        expect(slice.gaps).toEqual([]);
        if (slice.complete) break;
        expect(slice.next_cursor).toBeGreaterThan(cursor);
        cursor = slice.next_cursor;
      }
      expect(got).toEqual({ stdout: of(list, 'stdout'), stderr: of(list, 'stderr') });
      log.release();
    }),
  );
});

test('chunks and gaps together cover the asked range once, in order, within the limit, without a split character', () => {
  fc.assert(
    fc.property(
      writes,
      disks,
      fc.nat(300),
      fc.integer({ min: 16, max: 80 }),
      fc.constantFrom<'head' | 'tail' | 'ends'>('head', 'tail', 'ends'),
      (list, [spill], after, limit, keep) => {
        const log = fill(list, spill as () => ByteStore | undefined);
        const slice = log.read(after, limit, keep);
        const spans = [
          ...slice.chunks.map((c) => [c.cursor, c.cursor + c.data.length]),
          ...slice.gaps.map((g) => [g.start, g.end]),
        ].sort((a, b) => (a[0] as number) - (b[0] as number) || (a[1] as number) - (b[1] as number));
        for (let i = 1; i < spans.length; i++) expect(spans[i]?.[0]).toBe(spans[i - 1]?.[1]);
        const first = spans[0]?.[0] ?? slice.next;
        expect(first).toBeLessThanOrEqual(Math.min(after, log.size));
        expect(first).toBeGreaterThanOrEqual(Math.min(after, log.size) - 3);
        if (spans.length > 0) expect(spans.at(-1)?.[1]).toBe(slice.next);
        if (keep !== 'head') expect(slice.next).toBe(log.size);
        expect(slice.chunks.reduce((sum, c) => sum + c.data.length, 0)).toBeLessThanOrEqual(limit + 3);
        for (const chunk of slice.chunks) expect(chunk.data.toString()).not.toContain('\uFFFD');
        log.release();
      },
    ),
    { numRuns: 500 },
  );
});

test('what is kept is what was written there, also after the middle was dropped', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 30 }),
      disks,
      (parts, [spill]) => {
        const log = createByteLog(
          { memoryBytes: 48, spillBytes: 120 },
          { memory: memoryStore, spill: spill as () => ByteStore | undefined },
        );
        for (const part of parts) log.append(part);
        const all = Buffer.concat(parts);
        expect(log.size).toBe(all.length);
        const { start, end } = log.lost();
        expect(log.read(0, Math.min(start, all.length)).equals(all.subarray(0, start))).toBe(true);
        expect(log.read(end, all.length).equals(all.subarray(end))).toBe(true);
        log.release();
        expect(log.lost()).toEqual({ start: 0, end: all.length });
      },
    ),
    { numRuns: 500 },
  );
});

test('an incomplete tail is exactly what a decoder would wait for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.nat(8), (value, back) => {
      const bytes = Buffer.from(value);
      const part = bytes.subarray(0, Math.max(0, bytes.length - back));
      const decoder = new TextDecoder();
      const decoded = decoder.decode(part, { stream: true });
      expect(part.length - incompleteTail(part)).toBe(Buffer.byteLength(decoded));
    }),
  );
});
