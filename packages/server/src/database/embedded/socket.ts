import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../../startup-error.ts';
import type { Account } from './account.ts';

/** A unix socket's path holds 107 bytes; PostgreSQL adds the name of the socket and of its lock. */
const longestDirectory = 107 - '/.s.PGSQL.5432.lock'.length;

/**
 * The directory of the socket: `preferred`, or a short one in the temporary directory that is found again from the same
 * path. Only the account may enter it (and root).
 */
export async function ensureSocketDirectory(preferred: string, account: Account): Promise<string> {
  const fits = Buffer.byteLength(preferred) <= longestDirectory;
  const short = createHash('sha256').update(preferred).digest('hex').slice(0, 16);
  const directory = fits ? preferred : join(tmpdir(), `coder-pg-${short}`);
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(directory);
  const self = process.getuid?.();
  // Anyone may have made that name in a shared temporary directory before us.
  if (!found.isDirectory() || (found.uid !== self && found.uid !== account.uid)) {
    throw new StartupError(
      `The directory ${directory} belongs to another user (uid ${found.uid}), and the database's socket must stand there. Remove it.`,
    );
  }
  if (account.other) await chown(directory, account.uid, account.gid);
  await chmod(directory, 0o700);
  return directory;
}
