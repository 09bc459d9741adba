/** The result of reading one value: the value, or what would be right instead. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

/** One option of the server, as data: the parser, `--help` and the reference page are made from it. */
export interface Option<T> {
  /** `http-address`; the environment variable follows from it unless `env` says otherwise. */
  readonly flag: string;
  readonly env: string;
  /** The one-letter flag. */
  readonly short?: string;
  /** Dotted paths in the YAML file, the first of which is documented; none if it cannot stand there. */
  readonly yaml: readonly string[];
  readonly group: string;
  readonly type: string;
  readonly description: string;
  /** The value if nobody gives one. */
  readonly default: T;
  /** How the default is shown, where it depends on the machine. */
  readonly defaultText?: string;
  /** Never shown or logged. */
  readonly secret?: boolean;
  /** Left out of `--help` and of the reference. */
  readonly hidden?: boolean;
  parse(text: string): Parsed<T>;
  format(value: T): string;
}

export interface OptionFields {
  flag: string;
  env?: string;
  short?: string;
  yaml?: string | readonly string[];
  group: string;
  description: string;
  defaultText?: string;
  secret?: boolean;
  hidden?: boolean;
}

/** Completes what every kind of option has in common. */
export function common(fields: OptionFields) {
  const { yaml = [], ...rest } = fields;
  return {
    ...rest,
    env: fields.env ?? `CODER_${fields.flag.toUpperCase().replaceAll('-', '_')}`,
    yaml: typeof yaml === 'string' ? [yaml] : yaml,
  };
}
