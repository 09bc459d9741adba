import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../../startup-error.ts';

/** The account PostgreSQL runs as. It refuses to run as root, so a root server lends it another. */
export interface Account {
  uid: number;
  gid: number;
  /** Whether this is another account than the server's own. */
  other: boolean;
}

/** The server's own account, or `nobody` for a root server. */
export function postgresAccount(): Account {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  if (uid !== 0) return { uid, gid, other: false };
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const fields = line?.split(':').slice(2, 4).map(Number) ?? [];
  if (!fields[0] || fields[1] === undefined) {
    throw new StartupError(
      'PostgreSQL does not run as root, and this machine has no account "nobody" to run it as. ' +
        'Start the server as another user, or set CODER_PG_CONNECTION_URL to a PostgreSQL of your own.',
    );
  }
  return { uid: fields[0], gid: fields[1], other: true };
}

/** Refuses a data directory that the account cannot reach because a directory above it is closed. */
export function checkReachable(directory: string, account: Account): void {
  if (!account.other) return;
  for (let at = directory; ; at = dirname(at)) {
    const { mode } = statSync(at);
    if ((mode & 0o001) === 0) {
      throw new StartupError(
        `The data directory ${directory} cannot be reached by the unprivileged account PostgreSQL runs as, because ` +
          `${at} is closed to others (mode ${(mode & 0o777).toString(8)}). Choose another with --data-dir, ` +
          `or open that one with: chmod o+x ${at}`,
      );
    }
    if (at === dirname(at)) return;
  }
}

/** Options for `spawn` that start a program as the account, with an environment of its own. */
export function spawnAs(account: Account): {
  uid?: number;
  gid?: number;
  cwd: string;
  env: NodeJS.ProcessEnv;
} {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  return account.other ? { uid: account.uid, gid: account.gid, cwd: '/', env } : { cwd: '/', env };
}
