import { chmod, mkdir } from 'node:fs/promises';
import { StartupError } from '../startup-error.ts';

/** Makes the data directory so that accounts without rights may pass through it and not look around in it. */
export async function ensureDataDirectory(dataDir: string): Promise<void> {
  try {
    const made = await mkdir(dataDir, { recursive: true, mode: 0o711 });
    // The mode that mkdir was asked for has lost what the process's umask forbids.
    if (made !== undefined) await chmod(dataDir, 0o711);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `The data directory ${dataDir} cannot be made (${code ?? message}). Choose another with --data-dir (CODER_DATA_DIR).`,
      { cause },
    );
  }
}
