import type * as z from 'zod';
import { AgentFault } from '../fault.ts';

/** Checks `value` and returns it with defaults filled in; a fault names every wrong field. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const field = [...issue.path.map(String), ...(unknown === undefined ? [] : [unknown])].join('.');
    return { code: issue.code ?? 'invalid', message: issue.message, field };
  });
  const text = errors.map((e) => (e.field ? `${e.field}: ${e.message}` : e.message)).join('; ');
  throw new AgentFault('invalid_input', text, { field: errors[0]?.field, errors });
}
