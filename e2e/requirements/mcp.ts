import type { Requirement } from './requirement.ts';

/** MCP. */
export const mcp = [
  {
    id: 'mcp.cancel',
    promise:
      'a command of coder_workspace_bash ends when its call is cancelled, unless it can be asked for again; what it wrote is kept',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.main-job.http.modern',
    promise: 'the main job over HTTP with the SDK client, 2026-07-28',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.main-job.http.legacy',
    promise: 'the main job over HTTP with the SDK client, 2025-11-25',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.main-job.stdio.modern',
    promise: 'the main job over stdio with the SDK client, 2026-07-28',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.main-job.stdio.legacy',
    promise: 'the main job over stdio with the SDK client, 2025-11-25',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.command-row',
    promise: 'a command of a tool has its row in the audit log before it runs, and does not run without one',
    source: 'docs/architecture.md',
  },
  {
    id: 'mcp.output-order',
    promise: "a command's two outputs are one text, in the order in which they were written",
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.left-running',
    promise:
      'what a command leaves running with & and its output is said, listed among what runs, and ended by its process_id',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.timeout',
    promise: 'a command that reaches its timeout is ended with all its children, and its output is kept',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.large-output',
    promise: 'large output stays within the result budget and the rest is read by cursor',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.port',
    promise: 'a port in a workspace is listed and reached through its URL',
    source: 'docs/ports.md',
  },
  {
    id: 'mcp.experiments',
    promise: 'without both experiments the MCP address answers 403 and says what to set',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.curl',
    promise: 'curl -I and a plain GET with a bearer token answer with a small JSON status',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.rest',
    promise: 'GET …/http/workspaces and POST …/http/workspaces/{id or name}/execute work as plain REST',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.unauthorized',
    promise: 'without a token: 401 and a right WWW-Authenticate',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.toolsets',
    promise: '?toolset chooses standard, workspace, readonly or chatgpt; any other is 400',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.narrowing',
    promise:
      'the headers X-MCP-Toolsets, X-MCP-Tools, X-MCP-Exclude-Tools and X-MCP-Readonly take tools away and add none; a wrong name is 400 and says the right one',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.every-tool.http',
    promise: 'every tool there is does over HTTP what it is for',
    source: 'docs/reference/tools.md',
  },
  {
    id: 'mcp.every-tool.stdio',
    promise: 'every tool there is does over stdio what it is for',
    source: 'docs/reference/tools.md',
  },
  {
    id: 'mcp.resources.http',
    promise: 'workspaces, build logs, files and the guide to templates are resources over HTTP',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.resources.stdio',
    promise: 'workspaces, build logs, files and the guide to templates are resources over stdio',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.organizations',
    promise:
      'who belongs to several organizations is told by the tools to choose one, by name or id; who belongs to one need not',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.example.project',
    promise: 'an AI agent sets up a project in a new workspace, checks it and shows it, by the prompt for it',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.example.cross-workspace',
    promise:
      'an AI agent builds in one workspace, deploys to another, updates documentation in a third and verifies it, by the prompt for it',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.example.infrastructure',
    promise:
      'an AI agent finds what workspaces use, and changes and stops those that should be, by the prompt for it',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.limits',
    promise: 'too many requests a second are 429, too many at once 503, both with Retry-After',
    source: 'docs/reference/configuration.md',
  },
  {
    id: 'mcp.configure',
    promise:
      "coder exp mcp configure merges into the client's file, refuses one that is not JSON, and --print writes nothing",
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.stdio-clean',
    promise: 'coder exp mcp server writes nothing but MCP to standard output',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.doctor',
    promise:
      'coder exp mcp doctor walks into a deployment as claude.ai, ChatGPT, Cursor and VS Code do, and leaves nothing behind',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.doctor-proxy',
    promise: 'coder exp mcp doctor says which headers a proxy drops, and that it holds streams back',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.doctor-access-url',
    promise: 'coder exp mcp doctor says when the server takes another address for its own',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.doctor-experiments',
    promise: 'coder exp mcp doctor says which experiments are off and how they are switched on',
    source: 'docs/mcp.md',
  },
] as const satisfies readonly Requirement[];
