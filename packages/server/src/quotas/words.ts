import type { ResourceName } from '@coder/api';

const nouns: Record<Exclude<ResourceName, 'workspaces'>, string> = {
  cpu_cores: 'of cpu',
  memory_bytes: 'of memory',
  disk_bytes: 'of disk',
};

/** How much of a resource, for people: `3 workspaces`, `1.5 cores of cpu`, `8 GiB of memory`. */
export function amount(name: ResourceName, value: number): string {
  if (name === 'workspaces') return `${value} workspace${value === 1 ? '' : 's'}`;
  if (name === 'cpu_cores') return `${rounded(value)} core${value === 1 ? '' : 's'} ${nouns[name]}`;
  return `${bytes(value)} ${nouns[name]}`;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function bytes(value: number): string {
  let left = value;
  let unit = 0;
  for (; left >= 1024 && unit < units.length - 1; unit++) left /= 1024;
  return `${rounded(left)} ${units[unit]}`;
}

const rounded = (value: number) => Math.round(value * 100) / 100;
