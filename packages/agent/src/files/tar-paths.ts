import { AgentFault } from '../fault.ts';

/**
 * The path of an entry within the folder that it goes into, without its first `strip` parts; undefined when nothing is left,
 * which is the folder itself. A fault for a path that leads out.
 */
export function entryPath(name: string, strip: number): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..') || name.includes('\0')) {
    throw new AgentFault(
      'invalid_input',
      `The entry ${JSON.stringify(name.slice(0, 200))} leads out of the archive. Nothing was written.`,
    );
  }
  const rest = parts.slice(strip);
  return rest.length === 0 ? undefined : rest.join('/');
}

/**
 * Whether a link at `path` stays inside whatever other links there are: it climbs at most to the top, and only at its
 * beginning, where every part of the way is a folder of the archive and none is a link.
 */
export function linkStaysInside(path: string, to: string): boolean {
  if (to === '' || to.startsWith('/') || to.includes('\0')) return false;
  const parts = to.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = parts.findIndex((part) => part !== '..');
  const up = climbs === -1 ? parts.length : climbs;
  const below = path.split('/').length - 1;
  return up <= below && !parts.slice(up).includes('..');
}
