import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { OAUTH_TIMEOUT_MS } from './oauth-server.ts';

/** Longer than a renewal can take: who has taken a turn and not finished by then was interrupted. */
const ABANDONED_MS = 2 * OAUTH_TIMEOUT_MS;
const POLL_MS = 50;

/**
 * Lets one of several processes use a refresh token, which is good for one use. `work` runs when the turn is ours and
 * `isDone` still says no; otherwise this resolves as soon as `isDone` says that another process has done it.
 */
export async function takeTurn(
  folder: string,
  refreshToken: string,
  isDone: () => boolean,
  work: () => Promise<void>,
): Promise<void> {
  const fileOf = (turn: number) => join(folder, `${prefixOf(refreshToken)}${turn}`);
  for (let turn = 0; !isDone(); ) {
    if (create(fileOf(turn))) {
      let first = turn;
      try {
        // Between our look and our turn another process may have had its own.
        if (!isDone()) await work();
        first = 0;
      } finally {
        // What was abandoned stays until somebody has done it: as long as it is there, all look for the turn after it.
        for (let past = first; past <= turn; past++) rmSync(fileOf(past), { force: true });
      }
      return;
    }
    // A file is never taken away from whoever made it: the next has a name of its own, which again only one can make.
    if (ageOf(fileOf(turn)) > ABANDONED_MS) turn += 1;
    else await wait(POLL_MS);
  }
}

/** How the files of a refresh token's turns begin; the token itself is not to be read from it. */
const prefixOf = (refreshToken: string) =>
  `renewing-${createHash('sha256').update(refreshToken).digest('hex').slice(0, 16)}.`;

function create(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Milliseconds since it was made; 0 when it has just gone. */
function ageOf(file: string): number {
  const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return made === undefined ? 0 : Date.now() - made;
}
