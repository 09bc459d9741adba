import { ApiError } from '@coder/api';
import type * as z from 'zod';
import { validationsOf } from '../../http/index.ts';

/** Checks the input of a raw route, which the contract does not check. Throws VALIDATION_FAILED with every field at once. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  field = '',
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const within = field === '' ? [] : [field];
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...within, ...issue.path] }));
  const validations = validationsOf(issues, field === '' ? schema : undefined);
  throw new ApiError('VALIDATION_FAILED', { validations });
}
