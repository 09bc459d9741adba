import { ApiError } from '@coder/api';
import type * as z from 'zod';

/** Checks the input of a raw route, which the contract does not check. Throws VALIDATION_FAILED with every field at once. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  field = '',
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const validations = parsed.error.issues.map((issue) => ({
    field: [...(field === '' ? [] : [field]), ...issue.path].join('.'),
    detail: issue.message,
  }));
  throw new ApiError('VALIDATION_FAILED', { validations });
}
