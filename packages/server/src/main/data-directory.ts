import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/index.ts';
import { StartupError } from '../startup-error.ts';

/**
 * Makes the data directory so that accounts without rights may pass through it and not look around in it. The
 * configuration directory, if the data lie in it, stays its owner's alone.
 */
export async function ensureDataDirectory({
  configDir,
  dataDir,
}: Pick<Config, 'configDir' | 'dataDir'>): Promise<void> {
  try {
    if (dataDir.startsWith(`${configDir}/`)) await mkdir(configDir, { recursive: true, mode: 0o700 });
    const first = await mkdir(dataDir, { recursive: true });
    if (first === undefined) return;
    // A strict umask would close them to the very accounts that must pass.
    for (let at = dataDir; at.length >= first.length; at = dirname(at)) await chmod(at, 0o711);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `The data directory ${dataDir} cannot be made (${code ?? message}). Choose another with --data-dir (CODER_DATA_DIR).`,
      { cause },
    );
  }
}
