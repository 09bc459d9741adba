import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';

/** Bytes by offset, in memory or in a file. */
export interface ByteStore {
  write(offset: number, bytes: Uint8Array): void;
  /** Returns exactly `length` bytes that were written before. */
  read(offset: number, length: number): Buffer;
  /** How much memory it takes now. */
  memory(): number;
  /** How much disk it takes now. */
  disk(): number;
  close(): void;
}

/** A store in memory that grows as it is filled. */
export function memoryStore(): ByteStore {
  let buffer = Buffer.alloc(0);
  let used = 0;
  return {
    write(offset, bytes) {
      const end = offset + bytes.length;
      if (end > buffer.length) {
        const grown = Buffer.allocUnsafe(
          Math.max(end, Math.min(buffer.length * 2, buffer.length + 1024 * 1024)),
        );
        buffer.copy(grown, 0, 0, used);
        buffer = grown;
      }
      buffer.set(bytes, offset);
      used = Math.max(used, end);
    },
    read: (offset, length) => Buffer.from(buffer.subarray(offset, offset + length)),
    memory: () => buffer.length,
    disk: () => 0,
    close() {
      buffer = Buffer.alloc(0);
      used = 0;
    },
  };
}

/** A store in a file that has no name: it is gone with this process, however this process ends. Throws what the file system throws. */
export function fileStore(path: string): ByteStore {
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  let size = 0;
  return {
    write(offset, bytes) {
      let done = 0;
      while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
      size = Math.max(size, offset + bytes.length);
    },
    read(offset, length) {
      const out = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const read = readSync(fd, out, done, length - done, offset + done);
        if (read === 0) throw new Error(`the spill file ends before byte ${offset + length}`);
        done += read;
      }
      return out;
    },
    memory: () => 0,
    disk: () => size,
    close: () => closeSync(fd),
  };
}
