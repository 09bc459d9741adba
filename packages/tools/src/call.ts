import type { ApiClient } from '@coder/api';
import type * as z from 'zod';
import { listTool } from './json-schema.ts';
import { missingPermissions, refusal } from './permissions.ts';
import { errorResult, isRecord } from './result.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';
import { describeFailure } from './tool-error.ts';

/** What a call came to, and what its audit row may say about it. */
export type CallOutcome = {
  result: ToolResult;
  /** What went wrong where the result does not say it: for the log. */
  failure?: unknown;
};

/**
 * Calls a tool with arguments as they came from outside. It never throws: everything that goes wrong is a result that
 * says what to do next.
 */
export async function callTool(
  tool: Tool,
  client: ApiClient,
  rawArguments: unknown,
  context: ToolContext,
): Promise<CallOutcome> {
  const missing = missingPermissions(tool, context.permissions);
  if (missing.length > 0) return { result: errorResult(refusal(tool, missing)) };
  const parsed = tool.input.safeParse(prepare(tool, rawArguments));
  if (!parsed.success) return { result: invalidArguments(tool, parsed.error) };
  try {
    return { result: await tool.handler(client, parsed.data, context) };
  } catch (failure) {
    return { result: errorResult(describeFailure(failure)), failure };
  }
}

const required = new WeakMap<Tool, ReadonlySet<string>>();

/**
 * Takes an argument list as models send it: other names for an argument, null for none, an empty text for an optional
 * one. What is then not in the schema is refused by it.
 */
function prepare(tool: Tool, raw: unknown): unknown {
  if (raw === undefined || raw === null) return {};
  if (!isRecord(raw)) return raw;
  let names = required.get(tool);
  if (!names) {
    names = new Set(listTool(tool).inputSchema.required ?? []);
    required.set(tool, names);
  }
  const args: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const own = tool.aliases?.[name] ?? name;
    if (value === null || (value === '' && !names.has(own))) continue;
    if (own !== name && raw[own] !== undefined && raw[own] !== null) continue;
    args[own] = value;
  }
  return tool.normalize ? tool.normalize(args) : args;
}

/** Names every wrong argument, and shows what would be right, as upstream does. */
function invalidArguments(tool: Tool, error: z.ZodError): ToolResult {
  const problems = error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(tool.input.shape).join(', ');
      return `unknown ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}${pathOf(issue.path)}; known: ${known}`;
    }
    const path = pathText(issue.path);
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  return errorResult(
    JSON.stringify({
      error: `Invalid arguments for ${tool.name}: ${problems.join('; ')}. Nothing has been done.`,
      expectedSchema: listTool(tool).inputSchema,
    }),
  );
}

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
const pathOf = (path: readonly PropertyKey[]): string => (path.length === 0 ? '' : ` in ${pathText(path)}`);
