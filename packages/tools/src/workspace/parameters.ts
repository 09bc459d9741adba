import type { BuildParameter } from '@coder/api';
import * as z from 'zod';

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

/** Values of a template's parameters by their names. */
export const parametersArgument = z
  .record(z.string(), value)
  .optional()
  .describe('Parameter values by name')
  // The JSON Schema stays short: what matters is that it is an object.
  .meta({ override: { type: 'object' } });

/** The values as the REST contract takes them: text, and a list as JSON. */
export function toBuildParameters(parameters: z.infer<typeof parametersArgument>): BuildParameter[] {
  return Object.entries(parameters ?? {}).map(([name, one]) => ({
    name,
    value: Array.isArray(one) ? JSON.stringify(one) : String(one),
  }));
}
