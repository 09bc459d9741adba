import type { ServerOption } from '@coder/api';
import { type Config, optionList } from '../config/index.ts';

/** The server's options as it runs with them: what administrators look at when something is not as they meant it. */
export function configReport(config: Config): {
  config: Record<string, ServerOption['value']>;
  options: ServerOption[];
} {
  const options = optionList.map(({ key, option }): ServerOption => {
    const isSecret = option.secret === true;
    const given = config[key] as unknown;
    return {
      name: option.flag.replaceAll('-', ' '),
      description: option.description,
      flag: option.flag,
      flag_shorthand: option.short ?? '',
      env: option.env,
      yaml: option.yaml[0] ?? '',
      default: option.defaultText ?? option.format(option.default),
      value: isSecret ? '' : shown(given, (value) => option.format(value), option.type),
      value_source: config.sources[key] ?? '',
      hidden: option.hidden ?? false,
      group: { name: option.group },
      annotations: { secret: isSecret ? 'true' : 'false' },
    };
  });
  const named = options.map(({ env, value }) => [env.replace(/^CODER_/, '').toLowerCase(), value] as const);
  return { config: Object.fromEntries(named), options };
}

/** Whole numbers, switches and lists as themselves; lengths of time, addresses and all else as they are written. */
function shown(value: unknown, format: (value: unknown) => string, type: string): ServerOption['value'] {
  if (value instanceof Set) return [...value].map(String);
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'boolean' || (typeof value === 'number' && type === 'int')) return value;
  return withoutPassword(format(value));
}

/** An address may carry a name and a password, which nobody needs to see who looks where it leads. */
function withoutPassword(text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? URL.parse(text) : null;
  if (!url || (url.username === '' && url.password === '')) return text;
  url.username = '';
  url.password = '';
  return url.href;
}
