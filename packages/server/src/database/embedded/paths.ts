import { join } from 'node:path';

/** Where the embedded PostgreSQL keeps its things, all under the server's data directory. */
export interface EmbeddedPaths {
  dataDir: string;
  /** The cluster itself; owned by the account PostgreSQL runs as, mode 0700. */
  cluster: string;
  /** The superuser's password, mode 0600. */
  password: string;
  /** What PostgreSQL says. */
  log: string;
  /** Copies of the binaries that the account may execute wherever the package is installed. */
  runtimes: string;
  /** The directory of the unix socket, unless its path is too long. */
  socket: string;
}

/** Where the built-in PostgreSQL has what, below a data directory. Nothing is made there. */
export function embeddedPaths(dataDir: string): EmbeddedPaths {
  const base = join(dataDir, 'postgres');
  return {
    dataDir,
    cluster: join(base, 'cluster'),
    password: join(base, 'password'),
    log: join(base, 'postgres.log'),
    socket: join(base, 'socket'),
    runtimes: join(dataDir, 'runtime'),
  };
}
