import * as z from 'zod';
import { isRecord } from './result.ts';
import type { Tool } from './tool.ts';

/** A tool as `tools/list` shows it. */
export type ListedTool = {
  name: string;
  title: string;
  description: string;
  inputSchema: { type: 'object'; properties: Record<string, unknown>; required?: string[] };
  annotations: Tool['annotations'];
};

const listed = new Map<Tool, ListedTool>();

/** The listing of a tool, made once: schemas do not change while a server runs. */
export function listTool(tool: Tool): ListedTool {
  const known = listed.get(tool);
  if (known) return known;
  const { name, title, description, annotations } = tool;
  const made = { name, title, description, inputSchema: inputSchema(tool), annotations };
  listed.set(tool, made);
  return made;
}

function inputSchema(tool: Tool): ListedTool['inputSchema'] {
  const schema = tidy(
    z.toJSONSchema(tool.input, {
      io: 'input',
      override: ({ jsonSchema }) => {
        const short = (jsonSchema as { override?: Record<string, unknown> }).override;
        if (!short) return;
        const { description } = jsonSchema;
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, short, description === undefined ? {} : { description });
      },
    }),
  ) as Record<string, unknown>;
  const { type: _, properties = {}, required, ...rest } = schema;
  return {
    type: 'object',
    properties: properties as Record<string, unknown>,
    ...(Array.isArray(required) && required.length > 0 ? { required: required as string[] } : {}),
    ...rest,
  };
}

/**
 * Leaves out what costs tokens and tells a model nothing: the dialect, the limits of safe integers, patterns and lengths
 * of texts. They are checked all the same, and an error names them.
 */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key, one]) => {
    if (key === '$schema') return false;
    if (['pattern', 'minLength', 'maxLength'].includes(key) && !isRecord(one)) return false;
    const limit = key === 'maximum' || key === 'minimum';
    return !(limit && typeof one === 'number' && Math.abs(one) >= 2_147_483_647);
  });
  return Object.fromEntries(kept.map(([key, one]) => [key, tidy(one)]));
}
