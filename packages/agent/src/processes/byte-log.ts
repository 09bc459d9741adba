import type { ByteStore } from './byte-store.ts';

export interface ByteLogLimits {
  /** Up to here bytes stay in memory. */
  memoryBytes: number;
  /** Up to here they are in the file. */
  spillBytes: number;
}

/** An append-only row of bytes: its head and its tail survive, the middle is dropped when it grows beyond the limits. */
export interface ByteLog {
  append(bytes: Uint8Array): void;
  /** The bytes of [start, end), which must not touch the lost range. */
  read(start: number, end: number): Buffer;
  readonly size: number;
  /** [start, end) of what is no longer kept; empty when start equals end. */
  lost(): { start: number; end: number };
  memory(): number;
  disk(): number;
  /** Drops everything; later bytes are counted, not kept. */
  release(): void;
}

interface Ring {
  store: ByteStore;
  /** The cursor of its first byte ever, where it begins in the store, and how many bytes it holds. */
  base: number;
  offset: number;
  capacity: number;
}

/**
 * Bytes go to memory first. When that is full they move to the file that `spill` opens; when there is none, or the file
 * is full, the head stays where it is and what follows goes round in a ring, so that the newest bytes are kept.
 */
export function createByteLog(
  limits: ByteLogLimits,
  stores: { memory: () => ByteStore; spill: () => ByteStore | undefined },
): ByteLog {
  let head = stores.memory();
  let headEnd = 0;
  let headLimit = limits.memoryBytes;
  let spilled = false;
  let tail: Ring | undefined;
  let size = 0;
  let released = false;

  const lost = () => {
    if (released) return { start: 0, end: size };
    if (!tail) return { start: size, end: size };
    return { start: headEnd, end: Math.max(tail.base, size - tail.capacity) };
  };

  function startRing(store: ByteStore, offset: number, capacity: number): void {
    tail?.store !== head && tail?.store.close();
    tail = { store, base: size, offset, capacity };
  }

  /** The head is full: move it to a file, or keep half of it and let the rest go round. */
  function grow(): void {
    if (!spilled) {
      const file = stores.spill();
      if (file) {
        try {
          file.write(0, head.read(0, headEnd));
          head.close();
          head = file;
          spilled = true;
          headLimit = Math.max(headEnd, Math.floor(limits.spillBytes / 2));
          return;
        } catch {
          file.close();
        }
      }
      const kept = Math.floor(headEnd / 2);
      const rest = head.read(kept, headEnd);
      const ring = stores.memory();
      tail = { store: ring, base: kept, offset: 0, capacity: Math.max(1, limits.memoryBytes - kept) };
      headEnd = kept;
      ring.write(0, rest.subarray(0, tail.capacity));
      return;
    }
    startRing(head, headEnd, Math.max(1, limits.spillBytes - headEnd));
  }

  function writeRing(ring: Ring, bytes: Uint8Array): void {
    // Of more than a whole round only the end would be left.
    const skipped = Math.max(0, bytes.length - ring.capacity);
    let done = skipped;
    while (done < bytes.length) {
      const at = (size - ring.base + done) % ring.capacity;
      const part = Math.min(bytes.length - done, ring.capacity - at);
      ring.store.write(ring.offset + at, bytes.subarray(done, done + part));
      done += part;
    }
  }

  function write(bytes: Uint8Array): void {
    if (tail) {
      writeRing(tail, bytes);
    } else {
      head.write(size, bytes);
      headEnd = size + bytes.length;
    }
    size += bytes.length;
  }

  return {
    append(bytes) {
      if (released) {
        size += bytes.length;
        return;
      }
      let rest = bytes;
      while (rest.length > 0) {
        const part = tail ? rest : rest.subarray(0, Math.max(0, headLimit - size));
        if (part.length === 0) {
          grow();
          continue;
        }
        try {
          write(part);
        } catch {
          // The disk is full: what is in the file stays, what follows goes round in memory.
          startRing(stores.memory(), 0, Math.max(1, Math.floor(limits.memoryBytes / 2)));
          write(part);
        }
        rest = rest.subarray(part.length);
      }
    },
    read(start, end) {
      if (end <= start) return Buffer.alloc(0);
      const parts: Buffer[] = [];
      let at = start;
      if (at < headEnd) {
        const to = Math.min(end, headEnd);
        parts.push(head.read(at, to - at));
        at = to;
      }
      while (at < end && tail) {
        const position = (at - tail.base) % tail.capacity;
        const part = Math.min(end - at, tail.capacity - position);
        parts.push(tail.store.read(tail.offset + position, part));
        at += part;
      }
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    },
    get size() {
      return size;
    },
    lost,
    memory: () => head.memory() + (tail && tail.store !== head ? tail.store.memory() : 0),
    disk: () => head.disk() + (tail && tail.store !== head ? tail.store.disk() : 0),
    release() {
      if (released) return;
      released = true;
      if (tail && tail.store !== head) tail.store.close();
      tail = undefined;
      head.close();
    },
  };
}
