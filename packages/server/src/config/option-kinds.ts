import { isIP, isIPv4 } from 'node:net';
import { formatDuration, parseDuration } from '@coder/api';
import { common, type Option, type OptionFields, type Parsed } from './option.ts';

export interface Address {
  host: string;
  port: number;
}

const good = <T>(value: T): Parsed<T> => ({ ok: true, value });
const bad = (problem: string): { ok: false; problem: string } => ({ ok: false, problem });

export function text(
  fields: OptionFields & { default?: string; check?: (value: string) => string | undefined },
): Option<string> {
  return {
    ...common(fields),
    type: 'string',
    default: fields.default ?? '',
    parse(value) {
      const problem = fields.check?.(value);
      return problem === undefined ? good(value) : bad(problem);
    },
    format: String,
  };
}

export function integer(
  fields: OptionFields & { default: number; min?: number; max?: number },
): Option<number> {
  const { min = 0, max = 1_000_000_000 } = fields;
  return {
    ...common(fields),
    type: 'int',
    default: fields.default,
    parse(value) {
      const number = Number(value);
      if (/^-?\d+$/.test(value) && number >= min && number <= max) return good(number);
      return bad(`must be a whole number from ${min} to ${max}`);
    },
    format: String,
  };
}

export function bool(fields: OptionFields & { default?: boolean }): Option<boolean> {
  return {
    ...common(fields),
    type: 'bool',
    default: fields.default ?? false,
    parse(value) {
      if (/^(true|1|yes|on)$/i.test(value)) return good(true);
      return /^(false|0|no|off)$/i.test(value) ? good(false) : bad('must be true or false');
    },
    format: String,
  };
}

/** A length of time; its value is in milliseconds. */
export function duration(fields: OptionFields & { default: string; min?: string }): Option<number> {
  const min = parseDuration(fields.min ?? '1ms') ?? 0;
  return {
    ...common(fields),
    type: 'duration',
    default: parseDuration(fields.default) ?? 0,
    defaultText: fields.default,
    parse(value) {
      const milliseconds = parseDuration(value);
      if (milliseconds === undefined)
        return bad('must be a duration with its unit, such as 120s, 5m or 1h30m');
      return milliseconds >= min ? good(milliseconds) : bad(`must be at least ${formatDuration(min)}`);
    },
    format: formatDuration,
  };
}

/** An absolute http URL, with a path only if `path` allows one; its value has no slash at the end. Empty if it is not given. */
export function url({ path = false, ...fields }: OptionFields & { path?: boolean }): Option<string> {
  return {
    ...common(fields),
    type: 'url',
    default: '',
    parse(value) {
      const found = URL.canParse(value) ? new URL(value) : undefined;
      if (!found || !/^https?:$/.test(found.protocol))
        return bad('must be a URL that starts with http:// or https://');
      if (found.search || found.hash || found.username)
        return bad('must have no user name, no ? and no # in it');
      if (!path && found.pathname !== '/') return bad(`must have no path: ${found.origin}`);
      return good(found.href.replace(/\/+$/, ''));
    },
    format: String,
  };
}

/** A host and port to listen on. */
export function address(fields: OptionFields & { default: string }): Option<Address> {
  return {
    ...common(fields),
    type: 'host:port',
    default: parseAddress(fields.default) ?? { host: '', port: 0 },
    parse(value) {
      const found = parseAddress(value);
      return found
        ? good(found)
        : bad('must be host:port, such as 127.0.0.1:3000, [::1]:3000 or :3000 for every address');
    },
    format: formatAddress,
  };
}

/** Strings separated by commas, or a list in the YAML file. */
export function list(
  fields: OptionFields & { default?: readonly string[]; check?: (item: string) => string | undefined },
): Option<readonly string[]> {
  return {
    ...common(fields),
    type: 'string-list',
    default: fields.default ?? [],
    parse(value) {
      const items = value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean);
      const problems = items.map((item) => fields.check?.(item)).filter((problem) => problem !== undefined);
      return problems.length === 0 ? good([...new Set(items)]) : bad(problems.join('; '));
    },
    format: (value) => value.join(','),
  };
}

export function oneOf<const T extends string>(
  fields: OptionFields & { values: readonly T[]; default: NoInfer<T> },
): Option<T> {
  return {
    ...common(fields),
    type: fields.values.join('|'),
    default: fields.default,
    parse(value) {
      const found = fields.values.find((candidate) => candidate === value);
      return found === undefined ? bad(`must be one of ${fields.values.join(', ')}`) : good(found);
    },
    format: String,
  };
}

function parseAddress(value: string): Address | undefined {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]\s/]*)):(?<port>\d{1,5})$/.exec(value);
  const port = Number(match?.groups?.port);
  if (!match?.groups || port > 65_535) return undefined;
  const host = match.groups.v6 ?? match.groups.host ?? '';
  if (match.groups.v6 !== undefined && isIP(host) !== 6) return undefined;
  return { host: host === '' ? '0.0.0.0' : host, port };
}

function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What is wrong with an address or network, if anything. */
export function checkNetwork(item: string): string | undefined {
  const [ip = '', prefix, ...more] = item.split('/');
  const bits = isIPv4(ip) ? 32 : 128;
  const prefixIsGood = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  if (isIP(ip) !== 0 && more.length === 0 && prefixIsGood) return undefined;
  return `"${item}" must be an address or a network, such as 10.0.0.1 or 10.0.0.0/8`;
}
