import { templateManifestSchema } from '@coder/api';
import * as z from 'zod';
import { suggestion } from '../suggest.ts';
import type { Finding } from './finding.ts';
import type { Path } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;
/** Runtimes that a manifest may one day name. */
const laterRuntimes = ['docker', 'kubernetes'];

/** Everything in which a value departs from the schema of a manifest. */
export function checkStructure(value: unknown): Finding[] {
  const result = templateManifestSchema.safeParse(value, { error: describe });
  if (result.success) return [];
  const findings = result.error.issues.flatMap(toFindings);
  const later = findings.some(({ path, key }) => key && path[0] === 'runtime');
  return later ? findings.filter(({ path }) => path.join('.') !== 'runtime.local') : findings;
}

function toFindings(issue: Issue): Finding[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({
      path,
      key: true,
      message: `is not a valid name: it ${message}`,
    }));
  }
  return [{ path, message: issue.message }];
}

function unknownKey(path: Path, key: string): Finding {
  const where = { path: [...path, key], key: true };
  if (path.length === 1 && path[0] === 'runtime' && laterRuntimes.includes(key)) {
    return { ...where, message: `the ${key} runtime is not available in this version. Use "local".` };
  }
  return { ...where, message: `is not a known key.${suggestion(key, keysAt(templateManifestSchema, path))}` };
}

/** The keys that an object of the schema may have at a path. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const here = unwrap(schema);
  if (path.length === 0) return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
  const [segment, ...rest] = path;
  if (here instanceof z.ZodObject) {
    const next = here.shape[String(segment)] as z.core.$ZodType | undefined;
    return next ? keysAt(next, rest) : [];
  }
  if (here instanceof z.ZodArray) return keysAt(here.element, rest);
  return [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

/** What is wrong in the words of a person who writes YAML; a message of the schema's own wins over it. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && issue.code !== 'custom') return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      return `must be one of ${values.join(', ')}.${nearOnly(String(issue.input), values)}`;
    }
    case 'too_small':
      return `must be at least ${String(issue.minimum)}`;
    case 'too_big':
      return `must be at most ${String(issue.maximum)}`;
    default:
      return undefined;
  }
}

function nearOnly(wrong: string, known: readonly string[]): string {
  const text = suggestion(wrong, known);
  return text.startsWith(' Did') ? text : '';
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  return kinds[typeof value] ?? typeof value;
}
