import type { ApiClient, Permission } from '@coder/api';
import type * as z from 'zod';
import type { Toolset } from './toolsets.ts';

/** MCP's hints, all four written out: clients take a missing one for the worst case. */
export type ToolAnnotations = {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
};

/** What one item of a result holds. */
export type ToolContent = { type: 'text'; text: string };

/** What a call answers: MCP's shape of a tool result. */
export type ToolResult = {
  content: ToolContent[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
};

/** What a call may use besides its arguments. */
export type ToolContext = {
  /** What the caller's token may do: the tools it may use follow from it. */
  permissions: ReadonlySet<Permission> | 'all';
  /** Aborted when the caller has gone. */
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** How long one call may wait in all, in milliseconds: less than its client's patience. */
  waitMs: number;
  /** Tells a client that asked for it what the call is waiting for. */
  progress?: (message: string) => void;
};

/** A tool as the registry holds it: data, and a handler over the REST client. */
export type Tool = {
  name: string;
  title: string;
  /** A few words: every client pays for them with every conversation. */
  description: string;
  toolsets: readonly Toolset[];
  /** Without every one of them the tool is neither listed nor callable. */
  permissions: readonly Permission[];
  /** Of these the token needs at least one. */
  anyPermission?: readonly Permission[];
  annotations: ToolAnnotations;
  input: z.ZodObject;
  /** Other names under which an argument is accepted: alias to the schema's own. */
  aliases?: Readonly<Record<string, string>>;
  /** Brings an argument list of an older or newer shape into the schema's. */
  normalize?: (args: Record<string, unknown>) => Record<string, unknown>;
  /** Runs with arguments that the schema has accepted. */
  handler: (client: ApiClient, args: Record<string, unknown>, context: ToolContext) => Promise<ToolResult>;
};

type Definition<Input extends z.ZodObject> = Omit<Tool, 'input' | 'handler'> & {
  input: Input;
  handler: (client: ApiClient, args: z.output<Input>, context: ToolContext) => Promise<ToolResult>;
};

/** Makes a tool whose handler sees its arguments with the types of its schema. */
export function defineTool<Input extends z.ZodObject>(definition: Definition<Input>): Tool {
  // The registry parses with this very schema before it calls, so the wider parameter is safe.
  return definition as unknown as Tool;
}

/** Looks at something and changes nothing. */
export const reads: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Adds something, destroys nothing. */
export const adds: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
};

/** May destroy something. */
export const destroys: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: false,
};
