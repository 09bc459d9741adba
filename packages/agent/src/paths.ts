import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { AgentFault } from './fault.ts';

/** Where `~` and the manifest's directory are. */
export interface Places {
  home: string;
  directory: string;
}

/** Resolves a path of the contract to an absolute one; a fault that names the field when it may not be relative. */
export function resolvePath(
  places: Places,
  path: string,
  relativeTo: 'home' | 'directory' | undefined,
  field = 'path',
): string {
  if (path === '' || path.includes('\0'))
    throw new AgentFault('invalid_input', `${field} must not be empty and must have no NUL.`, { field });
  const expanded = expandHome(path, places.home);
  if (isAbsolute(expanded)) return resolve(expanded);
  if (relativeTo === undefined) {
    throw new AgentFault(
      'invalid_input',
      `${field} must be absolute, or begin with ~/: "${path}". Use ${join(places.home, path)} for a file in the home directory.`,
      { field },
    );
  }
  return resolve(places[relativeTo], expanded);
}

/** Replaces a leading `~` or `$HOME`. */
export function expandHome(path: string, home: string): string {
  for (const prefix of ['~', '$HOME', '${HOME}']) {
    if (path === prefix) return home;
    if (path.startsWith(`${prefix}/`)) return join(home, path.slice(prefix.length + 1));
  }
  return path;
}

/** Where a command starts that does not say: the manifest's directory, or the home while nobody has made that. */
export function startFolder(places: Places): string {
  return existsSync(places.directory) ? places.directory : places.home;
}
