import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { PortList } from '@coder/api/agent';
import type { ProcEntry } from '../processes/proc-table.ts';

export interface ListeningSocket {
  inode: string;
  address: string;
  port: number;
}

const LISTEN = '0A';

/** An address of /proc/net/tcp or tcp6: groups of four bytes, each in the machine's (little-endian) order. */
export function decodeAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((b) => Number.parseInt(b, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (mapped) return bytes.slice(12).join('.');
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2)
    groups.push((((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** The listening sockets that a table like /proc/net/tcp names. */
export function parseSocketTable(text: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [address, port] = (fields[1] ?? '').split(':');
    if (fields[3] !== LISTEN || !address || !port || !fields[9]) continue;
    sockets.push({ inode: fields[9], address: decodeAddress(address), port: Number.parseInt(port, 16) });
  }
  return sockets;
}

/** The inodes of the sockets that a process holds; none when we may not look. */
function socketInodes(pid: number): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      try {
        const match = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`));
        if (match) inodes.add(match[1] as string);
      } catch {
        // Closed in the meantime.
      }
    }
  } catch {
    // Ended in the meantime, or changed its user.
  }
  return inodes;
}

/** What people know a program by: Node calls its main thread `MainThread`, which says nothing. */
function displayName(owner: ProcEntry): string {
  if (owner.name !== 'MainThread') return owner.name;
  try {
    return basename(readFileSync(`/proc/${owner.pid}/cmdline`, 'utf8').split('\0', 1)[0] ?? '') || owner.name;
  } catch {
    return owner.name;
  }
}

/** The TCP ports on which one of `processes` listens, each once, ascending. */
export function listeningPorts(processes: ProcEntry[]): PortList['ports'] {
  const sockets = ['/proc/self/net/tcp', '/proc/self/net/tcp6'].flatMap((file) => {
    try {
      return parseSocketTable(readFileSync(file, 'latin1'));
    } catch {
      return [];
    }
  });
  if (sockets.length === 0) return [];
  const ports = new Map<number, PortList['ports'][number]>();
  for (const owner of processes) {
    const held = socketInodes(owner.pid);
    for (const socket of sockets) {
      if (ports.has(socket.port) || !held.has(socket.inode)) continue;
      ports.set(socket.port, {
        port: socket.port,
        network: 'tcp',
        address: socket.address,
        process_name: displayName(owner),
        pid: owner.pid,
      });
    }
  }
  return [...ports.values()].sort((a, b) => a.port - b.port);
}

/** How long a port once seen as the workspace's own is taken for that without another look. */
const OWN_FOR_MS = 1_000;

/**
 * Makes the function that tells where a port of the workspace's own processes listens, or gives undefined. Loopback is
 * shared with the machine and with other workspaces, so what merely answers there may be anybody's.
 */
export function createOwnPorts(processes: () => ProcEntry[], now: () => number = () => performance.now()) {
  let seen: { at: number; ports: Map<number, string> } | undefined;
  return (port: number): string | undefined => {
    const known = seen && now() - seen.at < OWN_FOR_MS ? seen.ports.get(port) : undefined;
    if (known !== undefined) return known;
    // A port that is not known may have been opened just now, so it is always worth a look.
    seen = {
      at: now(),
      ports: new Map(listeningPorts(processes()).map((each) => [each.port, each.address])),
    };
    return seen.ports.get(port);
  };
}
