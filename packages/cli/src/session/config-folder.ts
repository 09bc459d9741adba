import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, parse, resolve } from 'node:path';

/**
 * Where the command line keeps its session, as upstream does: `CODER_CONFIG_DIR`, otherwise `coderv2` in the user's
 * configuration folder.
 */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CODER_CONFIG_DIR) return resolve(env.CODER_CONFIG_DIR);
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'coderv2');
}

/** The names of the files in the configuration folder. */
export type ConfigFile =
  | 'url'
  | 'session'
  | 'oauth.json'
  | 'quickstart.json'
  // What was put aside.
  | `quickstart-${number}.json`;

/** Reads a file of the configuration folder; undefined when it is not there or empty. */
export function readConfigFile(folder: string, name: ConfigFile): string | undefined {
  try {
    const text = readFileSync(join(folder, name), 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Writes a file of the configuration folder so that only its owner can read it, whole or not at all. */
export function writeConfigFile(folder: string, name: ConfigFile, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const target = join(folder, name);
  const temporary = `${target}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, target);
}

/**
 * Gives a file of the configuration folder a name that is free, `quickstart-1.json` for example; returns where it is now.
 * Nothing is ever replaced: the name is taken before the file moves there, so that of two programs each gets its own.
 * Throws what the file system says when there is no such file, or the folder cannot be written to.
 */
export function putConfigFileAside(folder: string, name: ConfigFile): string {
  const aside = takeFreeName(folder, name);
  try {
    renameSync(join(folder, name), aside);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  return aside;
}

function takeFreeName(folder: string, name: ConfigFile): string {
  const { name: base, ext } = parse(name);
  for (let number = 1; ; number++) {
    const aside = join(folder, `${base}-${number}${ext}`);
    try {
      closeSync(openSync(aside, 'wx', 0o600));
      return aside;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Removes a file of the configuration folder; one that is not there is removed already. */
export function removeConfigFile(folder: string, name: ConfigFile): void {
  rmSync(join(folder, name), { force: true });
}
