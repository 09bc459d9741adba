import type { Header } from 'tar-stream';

const BLOCK = 512;

export interface TarEnd {
  /** Passes the archive on, and looks at it. */
  watch(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer>;
  /** To be told of every entry as it comes. */
  entry(header: Header): void;
  /** Whether a block of zeros was behind the last entry, once all of the archive has been passed on. */
  isThere(): boolean;
}

/**
 * Finds out whether an archive has its end. One that was cut between two entries is otherwise like one that never had more.
 * Two blocks of zeros end an archive; like GNU tar this takes one for enough.
 */
export function watchEnd(): TarEnd {
  let total = 0;
  /** How many of the last bytes are zeros. */
  let zeros = 0;
  /** Where the last entry ends: zeros before that are its own. */
  let end = 0;
  return {
    async *watch(source) {
      for await (const part of source) {
        total += part.length;
        const last = part.findLastIndex((byte) => byte !== 0);
        zeros = last === -1 ? zeros + part.length : part.length - 1 - last;
        yield part;
      }
    },
    entry(header) {
      // The library says where the content begins, its types do not.
      const { byteOffset: begin = 0 } = header as Header & { byteOffset?: number };
      const size = header.type === 'directory' ? 0 : (header.size ?? 0);
      end = begin + Math.ceil(size / BLOCK) * BLOCK;
    },
    isThere: () => Math.min(zeros, total - end) >= BLOCK,
  };
}
