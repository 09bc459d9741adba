import { nearest, type Validation } from '@coder/api';

/** What is read of a zod issue and of a zod schema here; both are plain data. */
type Issue = {
  readonly message: string;
  readonly path?: readonly unknown[] | undefined;
  readonly code?: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
};
type SchemaNode = {
  readonly _zod?: {
    readonly def: {
      readonly type: string;
      readonly shape?: Readonly<Record<string, SchemaNode>>;
      readonly element?: SchemaNode;
      readonly valueType?: SchemaNode;
      readonly innerType?: SchemaNode;
      readonly in?: SchemaNode;
      readonly options?: readonly SchemaNode[];
    };
  };
};

/**
 * What is wrong with an input, field by field, from the issues its schema found. `pathParameters` are the fields that came
 * in the path, which nobody means when they misspell a field of the body.
 */
export function validationsOf(
  issues: readonly unknown[],
  schema: unknown,
  pathParameters: readonly string[] = [],
): Validation[] {
  return (issues as readonly Issue[]).flatMap((issue) => {
    const path = issue.path ?? [];
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema as SchemaNode, path).filter((key) => !pathParameters.includes(key));
      return (issue.keys ?? []).map((key) => ({
        field: fieldName([...path, key]),
        detail: `unknown field${suggestion(key, known)}`,
      }));
    }
    return [{ field: fieldName(path), detail: detailOf(issue) }];
  });
}

/** `['rich_parameter_values', 0, 'value']` as `rich_parameter_values[0].value`. */
export function fieldName(path: readonly unknown[]): string {
  let name = '';
  for (const part of path) {
    const key = typeof part === 'object' && part !== null && 'key' in part ? part.key : part;
    if (typeof key === 'number') name += `[${key}]`;
    else name += name === '' ? String(key) : `.${String(key)}`;
  }
  return name === '' ? 'body' : name;
}

function detailOf(issue: Issue): string {
  if (issue.code === 'invalid_union' && issue.errors && issue.errors.length > 0) {
    const branches = issue.errors.map((branch) => branch.map(detailOf).join(', '));
    return [...new Set(branches)].join(', or ');
  }
  if (/received undefined$/.test(issue.message)) return 'is required';
  const type = /^Invalid input: expected (\w+), received \w+$/.exec(issue.message)?.[1];
  if (type !== undefined) return `must be ${typeNames[type] ?? type}`;
  return issue.message.replace(/^Invalid (input|option): /, '').replace(/^expected/, 'must be: expected');
}

/** The types of values as people name them; `NaN` is what is left of text in a query that is no number. */
const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function suggestion(key: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const guess = nearest(key, known);
  return guess !== undefined
    ? `; did you mean "${guess}"?`
    : `; the fields are ${known.map((name) => `"${name}"`).join(', ')}`;
}

/** The field names that an object schema has at a path of its input. */
function keysAt(schema: SchemaNode | undefined, path: readonly unknown[]): string[] {
  const def = schema?._zod?.def;
  if (!def) return [];
  const inner = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
  if (inner) return keysAt(inner, path);
  if (def.options) return [...new Set(def.options.flatMap((option) => keysAt(option, path)))];
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(def.shape ?? {});
  if (def.shape) return keysAt(def.shape[String(first)], rest);
  return keysAt(def.element ?? def.valueType, rest);
}
