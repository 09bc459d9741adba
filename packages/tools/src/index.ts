export { MAX_WAIT_MS } from './budget.ts';
export { type CallOutcome, callTool } from './call.ts';
export { type ListedTool, listTool } from './json-schema.ts';
export { missingPermissions } from './permissions.ts';
export { findTool, tools, toolsFor } from './registry.ts';
export type { Tool, ToolAnnotations, ToolContent, ToolContext, ToolResult } from './tool.ts';
export { describeFailure, ToolError } from './tool-error.ts';
export { type BashResult, runBash } from './tools/bash.ts';
export { isToolset, type Toolset, toolsets } from './toolsets.ts';
