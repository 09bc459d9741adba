import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rename, stat, truncate } from 'node:fs/promises';

const rotateAtBytes = 4 * 1024 * 1024;
const tailBytes = 8 * 1024;

/** Opens the log for appending, an old one that has grown put aside first. */
export async function openLog(file: string): Promise<FileHandle> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > rotateAtBytes) await rename(file, `${file}.1`);
  return open(
    file,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  );
}

/** Rotates a log that a running agent has open: it goes on in the same file, which appending makes safe to empty. */
export async function rotateLog(file: string): Promise<void> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size <= rotateAtBytes) return;
  await copyFile(file, `${file}.1`);
  await truncate(file, 0);
}

/** The last lines written since the log was `from` bytes long. */
export async function logTail(file: string, from: number, lines = 20): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(from <= size ? from : 0, size - tailBytes);
    const buffer = Buffer.alloc(size - start);
    await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await handle.close();
  }
}
