import * as z from 'zod';

/** So many parts are checked at once, whatever is wrong with them. */
const AT_ONCE = 500;

/**
 * As `safeParse` of an answer, but done at the first thing that is wrong in a long one: to tell of each of a million wrong
 * entries would hold up the server for as long as whoever sent them likes. Objects drop what their schema does not name.
 */
export function checkAnswer<S extends z.ZodType>(
  schema: S,
  value: unknown,
): z.ZodSafeParseResult<z.output<S>> {
  return check(schema, value) as z.ZodSafeParseResult<z.output<S>>;
}

function check(schema: z.core.$ZodType, value: unknown): z.core.util.SafeParseResult<unknown> {
  if (isSmall(value)) return z.core.safeParse(schema, value);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return check(schema.unwrap(), value);
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    const data: unknown[] = [];
    for (const item of value) {
      const checked = check(schema.element, item);
      if (!checked.success) return checked;
      data.push(checked.data);
    }
    return { success: true, data };
  }
  if (schema instanceof z.ZodObject && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const data: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(schema.shape)) {
      const given = (value as Record<string, unknown>)[name];
      const checked = check(field, given);
      if (!checked.success) return checked;
      if (checked.data !== undefined) data[name] = checked.data;
    }
    return { success: true, data };
  }
  // Of another kind than is wanted, which is one thing that is wrong; no other schema of an answer holds many parts.
  return z.core.safeParse(schema, Array.isArray(value) ? [] : undefined);
}

function isSmall(value: unknown): boolean {
  let left = AT_ONCE;
  const waiting = [value];
  while (waiting.length > 0) {
    const part = waiting.pop();
    if (typeof part !== 'object' || part === null) continue;
    const inside = Array.isArray(part) ? part : Object.values(part);
    left -= inside.length;
    if (left < 0) return false;
    waiting.push(...inside);
  }
  return true;
}
