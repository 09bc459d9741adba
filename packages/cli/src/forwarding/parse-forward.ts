import { isIP } from 'node:net';
import { CliError } from '../cli-error.ts';

/** A local address that stands for a port of the workspace. */
export type Forward = {
  /** Where to listen; undefined for this machine's loopback, in both families where it has both. */
  readonly host: string | undefined;
  /** 0 for any that is free. */
  readonly localPort: number;
  readonly remotePort: number;
};

const SHAPE =
  /^(?:(?:\[(?<six>[^\]]+)\]|(?<four>[^:[\]]*[^:[\]\d-][^:[\]]*)):)?(?<local>\d+)(?:-(?<localEnd>\d+))?(?::(?<remote>\d+)(?:-(?<remoteEnd>\d+))?)?$/;

const FORMS = 'Write it as "8080", "8080:3000", "9000-9010", "9000-9010:3000-3010" or "[address]:8080:3000".';
/** What one command listens on at most. */
const MAX_FORWARDS = 512;

function range(start: string, end: string | undefined, least: number, text: string): number[] {
  const first = Number(start);
  const last = end === undefined ? first : Number(end);
  if (first < least || last > 65_535) {
    throw new CliError(`"${text}" names a port that there is not. Ports are from 1 to 65535.`);
  }
  if (last < first) throw new CliError(`"${text}" has a range that ends before it begins. Swap its ends.`);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/**
 * Reads one `--tcp` as upstream has them: `local[:remote]`, each a port or a range, and an address to listen on in front.
 * Throws {@link CliError} with the forms there are.
 */
export function parseForward(text: string): Forward[] {
  const parts = SHAPE.exec(text)?.groups;
  if (parts?.local === undefined) throw new CliError(`"${text}" is no port to forward. ${FORMS}`);
  const host = parts.six ?? parts.four;
  if (host !== undefined && isIP(host) === 0 && host !== 'localhost') {
    throw new CliError(`"${host}" is no address to listen on. Give an IP address, one of IPv6 in brackets.`);
  }
  const hasRemote = parts.remote !== undefined;
  const local = range(parts.local, parts.localEnd, hasRemote ? 0 : 1, text);
  const remote = hasRemote ? range(parts.remote ?? '', parts.remoteEnd, 1, text) : local;
  if (local.length !== remote.length) {
    throw new CliError(
      `"${text}" forwards ${local.length} ports to ${remote.length}. Give ranges of the same length.`,
    );
  }
  return local.map((localPort, at) => ({ host, localPort, remotePort: remote[at] as number }));
}

/** All forwards of a command. Throws when there are none, too many, or two on the same local port. */
export function parseForwards(texts: readonly string[]): Forward[] {
  const all: Forward[] = [];
  for (const text of texts) {
    all.push(...parseForward(text));
    if (all.length > MAX_FORWARDS) {
      throw new CliError(
        `More than ${MAX_FORWARDS} ports are to be forwarded. Choose fewer, or smaller ranges.`,
      );
    }
  }
  if (all.length === 0) {
    throw new CliError(
      'Say which ports with --tcp, for example --tcp 8080:3000. "coder port-forward --help" shows the forms.',
    );
  }
  const taken = new Set<string>();
  for (const { host, localPort } of all) {
    const address = `${host ?? 'localhost'} ${localPort}`;
    if (localPort !== 0 && taken.has(address)) {
      throw new CliError(`Local port ${localPort} is given twice. Give each once.`);
    }
    taken.add(address);
  }
  return all;
}
