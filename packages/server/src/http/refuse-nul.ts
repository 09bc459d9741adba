import { ApiError, type Validation } from '@coder/api';
import { fieldName } from './pipeline-validation.ts';

/** Enough to say what is wrong. */
const mostProblems = 10;

/** A part of an input, and where in it that is. */
type Part = { readonly value: unknown; readonly key: string | number; readonly of: Part | undefined };

/**
 * Throws VALIDATION_FAILED with the fields of an input whose text holds a NUL: PostgreSQL stores none, and nothing that has a
 * name of ours holds one. The input may be nested as deep, and be as long, as a body may be.
 */
export function refuseNul(input: unknown): void {
  const problems: Validation[] = [];
  const left: Part[] = [{ value: input, key: '', of: undefined }];
  for (let part = left.pop(); part !== undefined && problems.length < mostProblems; part = left.pop()) {
    const { value } = part;
    if (typeof value === 'string' && value.includes('\0')) {
      problems.push({ field: fieldOf(part), detail: 'must have no NUL' });
    }
    if (typeof value !== 'object' || value === null) continue;
    const isList = Array.isArray(value);
    for (const [key, item] of Object.entries(value)) {
      if (key.includes('\0')) problems.push({ field: fieldOf(part), detail: 'must have no NUL in a name' });
      else left.push({ value: item, key: isList ? Number(key) : key, of: part });
    }
  }
  if (problems.length > 0) throw new ApiError('VALIDATION_FAILED', { validations: problems });
}

function fieldOf(part: Part): string {
  const path: (string | number)[] = [];
  for (let at = part; at.of !== undefined; at = at.of) path.unshift(at.key);
  return fieldName(path);
}
