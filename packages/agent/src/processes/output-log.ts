import type { OutputChunk, OutputGap, OutputKeep, OutputSlice } from '@coder/api/agent';
import type { ByteLog } from './byte-log.ts';
import { incompleteTail, stepsIntoCharacter } from './utf8.ts';

export type OutputStream = 'stdout' | 'stderr';

interface RawChunk {
  stream: OutputStream;
  cursor: number;
  data: Buffer;
}
export interface RawSlice {
  chunks: RawChunk[];
  gaps: OutputGap[];
  next: number;
}

/** A process's output: one row of bytes with cursors, each byte marked with the stream it came from. */
export interface OutputLog {
  append(stream: OutputStream, bytes: Buffer): void;
  /** Lets go of the bytes held back because their character was not complete. */
  flush(): void;
  read(after: number, limit: number, keep: OutputKeep): RawSlice;
  onChange(listener: () => void): () => void;
  readonly size: number;
  lostBytes(): number;
  memory(): number;
  disk(): number;
  release(): void;
}

/** Beyond so many changes from one stream to the other, further bytes count to the stream of the last one. */
const MAX_SEGMENTS = 500_000;

export function createOutputLog(bytes: ByteLog): OutputLog {
  // Even positions of `starts` hold stdout, odd ones stderr: a segment begins where the stream changes.
  const starts: number[] = [0];
  const held: Record<OutputStream, Buffer | undefined> = { stdout: undefined, stderr: undefined };
  const listeners = new Set<() => void>();

  function push(stream: OutputStream, data: Buffer): void {
    const current = (starts.length - 1) % 2 === 0 ? 'stdout' : 'stderr';
    if (current !== stream && starts.length < MAX_SEGMENTS) starts.push(bytes.size);
    bytes.append(data);
  }

  /** The position in `starts` of the segment that holds `cursor`: the last one that begins at or before it. */
  function segmentAt(cursor: number): number {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= cursor) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function readRange(start: number, end: number, into: RawChunk[]): void {
    let at = start;
    let segment = segmentAt(start);
    const all = bytes.read(start, end);
    while (at < end) {
      const to = Math.min(end, starts[segment + 1] ?? Number.POSITIVE_INFINITY);
      if (to > at)
        into.push({
          stream: segment % 2 === 0 ? 'stdout' : 'stderr',
          cursor: at,
          data: all.subarray(at - start, to - start),
        });
      at = Math.max(at, to);
      segment += 1;
    }
  }

  /** What is lost, widened by the few bytes of the characters that it begins and ends in the middle of. */
  function lostRange(): { start: number; end: number } {
    const { start, end } = bytes.lost();
    if (start === end) return { start: bytes.size, end: bytes.size };
    if (start === 0) return { start, end };
    const before = bytes.read(Math.max(0, start - 3), start);
    const after = bytes.read(end, Math.min(bytes.size, end + 3));
    const skip = after.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
    return { start: start - incompleteTail(before), end: end + (skip === -1 ? after.length : skip) };
  }

  /** Moves a cursor back to the beginning of the character it is in the middle of, within its segment. */
  function alignBack(cursor: number, lowest: number, lost: { start: number; end: number }): number {
    if (cursor <= lowest || cursor >= bytes.size || (cursor >= lost.start && cursor < lost.end))
      return cursor;
    const floor = cursor >= lost.end && lost.end > lost.start ? Math.max(lowest, lost.end) : lowest;
    const from = Math.max(floor, cursor - 3, starts[segmentAt(cursor)] as number);
    if (from === cursor) return cursor;
    const around = bytes.read(from, cursor + 1);
    return cursor - stepsIntoCharacter(around.subarray(0, -1), around.at(-1));
  }

  return {
    append(stream, data) {
      const before = held[stream];
      const whole = before ? Buffer.concat([before, data]) : data;
      const rest = incompleteTail(whole);
      held[stream] = rest > 0 ? Buffer.from(whole.subarray(whole.length - rest)) : undefined;
      if (whole.length === rest) return;
      push(stream, rest > 0 ? whole.subarray(0, whole.length - rest) : whole);
      for (const listener of listeners) listener();
    },
    flush() {
      for (const stream of ['stdout', 'stderr'] as const) {
        const rest = held[stream];
        held[stream] = undefined;
        if (rest) push(stream, rest);
      }
      for (const listener of listeners) listener();
    },
    read(after, limit, keep) {
      const chunks: RawChunk[] = [];
      const gaps: OutputGap[] = [];
      const lost = lostRange();
      const end = bytes.size;
      const start = alignBack(Math.min(after, end), 0, lost);
      let budget = limit;

      /** Reads [from, to), over the lost bytes, as far as the budget goes; returns where it stopped. */
      function take(from: number, to: number): number {
        let at = from;
        while (at < to && budget > 0) {
          if (at >= lost.start && at < lost.end) {
            const skipTo = Math.min(lost.end, to);
            gaps.push({ start: at, end: skipTo, reason: 'lost' });
            at = skipTo;
            continue;
          }
          const border = at < lost.start ? Math.min(to, lost.start) : to;
          let stop = Math.min(border, at + budget);
          if (stop < border) stop = alignBack(stop, at, lost);
          if (stop === at) break;
          readRange(at, stop, chunks);
          budget -= stop - at;
          at = stop;
          if (stop < border) break;
        }
        return at;
      }

      const kept = end - start - Math.max(0, lost.end - Math.max(lost.start, start));
      if (keep === 'head' || kept <= limit) return { chunks, gaps, next: take(start, end) };
      const tailBytes = keep === 'tail' ? limit : Math.floor(limit / 2);
      let next = start;
      if (keep === 'ends') {
        budget = limit - tailBytes;
        next = take(start, end - tailBytes);
      }
      const tailStart = Math.max(next, alignForward(end - tailBytes));
      pushLimitGaps(gaps, next, tailStart, lost);
      budget = tailBytes;
      take(tailStart, end);
      return { chunks, gaps, next: end };

      function alignForward(cursor: number): number {
        for (let at = cursor; at < Math.min(cursor + 4, end); at++) {
          if (alignBack(at, 0, lost) === at) return at;
        }
        return cursor;
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get size() {
      return bytes.size;
    },
    lostBytes() {
      const lost = bytes.lost();
      return lost.end - lost.start;
    },
    memory: () => bytes.memory(),
    disk: () => bytes.disk(),
    release: () => bytes.release(),
  };
}

/** Notes what [start, end) leaves out: what can still be read, and what is lost. */
function pushLimitGaps(
  gaps: OutputGap[],
  start: number,
  end: number,
  lost: { start: number; end: number },
): void {
  const add = (from: number, to: number, reason: OutputGap['reason']) => {
    if (to > from) gaps.push({ start: from, end: to, reason });
  };
  if (lost.end <= lost.start || lost.end <= start || lost.start >= end) {
    add(start, end, 'limit');
    return;
  }
  add(start, Math.max(start, lost.start), 'limit');
  add(Math.max(start, lost.start), Math.min(end, lost.end), 'lost');
  add(Math.min(end, lost.end), end, 'limit');
}

/** Presents raw bytes in the contract's shape. */
export function presentOutput(
  slice: RawSlice,
  encoding: 'text' | 'base64',
  size: number,
  ended: boolean,
): OutputSlice {
  const chunks: OutputChunk[] = slice.chunks.map(({ stream, cursor, data }) => ({
    stream,
    cursor,
    bytes: data.length,
    data: data.toString(encoding === 'text' ? 'utf8' : 'base64'),
  }));
  return {
    encoding,
    chunks,
    gaps: slice.gaps,
    next_cursor: slice.next,
    output_bytes: size,
    complete: ended && slice.next >= size,
  };
}
