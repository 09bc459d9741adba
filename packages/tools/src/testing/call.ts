import type { Permission } from '@coder/api';
import { callTool } from '../call.ts';
import { findTool } from '../registry.ts';
import type { ToolContext, ToolResult } from '../tool.ts';
import type { FakeDeployment } from './fake-deployment.ts';

/** What the answer to a call says, and the answer itself. */
export type Answer = { text: string; json: Record<string, unknown>; result: ToolResult; isError: boolean };

/** Calls a tool of the registry as the MCP servers do. */
export async function call(
  deployment: FakeDeployment,
  name: string,
  args: unknown,
  context: Partial<ToolContext> & { scopes?: Permission[] } = {},
): Promise<Answer> {
  const tool = findTool(name);
  if (!tool) throw new Error(`no tool ${name}`);
  const { scopes, ...rest } = context;
  const { result } = await callTool(tool, deployment.client, args, {
    permissions: scopes === undefined ? 'all' : new Set(scopes),
    signal: new AbortController().signal,
    // The time stands still, so that every wait is exactly what the tool asks for.
    now: () => 0,
    waitMs: 45_000,
    ...rest,
  });
  const text = result.content[0]?.text ?? '';
  return {
    text,
    get json() {
      return JSON.parse(text) as Record<string, unknown>;
    },
    result,
    isError: result.isError === true,
  };
}

/** The inputs with which a route was called. */
export function inputsOf(deployment: FakeDeployment, route: string): Record<string, unknown>[] {
  return deployment.calls
    .filter((one) => one.route === route)
    .map((one) => one.input as Record<string, unknown>);
}
