import { type ApiClient, ApiError } from '@coder/api';
import type { FileBytes } from '@coder/api/agent';
import * as z from 'zod';
import { OUTPUT_LIMIT } from '../present/output.ts';
import { base64Result, jsonResult, textResult } from '../result.ts';
import type { ToolResult } from '../tool.ts';
import { ToolError } from '../tool-error.ts';
import { dailyActing, dailyReading, defineTool, destroys, reads } from '../tool-parts.ts';
import { pathArgument, workspaceArgument } from '../workspace/arguments.ts';
import { enterWorkspace, lookThroughAgent } from '../workspace/open.ts';

const permissions = ['workspace:read', 'workspace:ssh'] as const;

export const workspaceLs = defineTool({
  name: 'coder_workspace_ls',
  title: 'List a folder',
  description: 'List a folder in a workspace.',
  toolsets: dailyReading,
  permissions,
  annotations: reads,
  input: z.strictObject({
    workspace: workspaceArgument,
    path: pathArgument,
    limit: z.int().min(1).max(1_000).optional().describe('Default 200'),
    cursor: z.string().optional(),
  }),
  handler: async (client, args) => {
    const { agent } = await lookThroughAgent(client, args.workspace);
    const listing = await client.files.list({
      agent: agent.id,
      path: args.path,
      limit: args.limit ?? 200,
      ...(args.cursor === undefined ? {} : { cursor: args.cursor }),
    });
    return jsonResult({
      contents: listing.entries.map((entry) => ({
        path: entry.path,
        is_dir: entry.type === 'directory',
        ...(entry.type === 'file' ? { size: entry.size } : {}),
        ...(entry.link_target === null ? {} : { link_target: entry.link_target }),
      })),
      ...(listing.next_cursor === null ? {} : { total: listing.total, next_cursor: listing.next_cursor }),
    });
  },
});

const DEFAULT_LINES = 2_000;
const MAX_LINES = 100_000;
/** What a caller gets that asks for a certain number of lines: as much as clients still show. */
const ASKED_TEXT_LIMIT = 96 * 1024;
const MAX_READ_BYTES = 1024 * 1024;

export const workspaceReadFile = defineTool({
  name: 'coder_workspace_read_file',
  title: 'Read a file',
  description:
    'Read a text file by lines; a note follows when there is more. A binary file comes as base64 with its MIME type, and then offset and limit count bytes.',
  toolsets: dailyReading,
  permissions,
  annotations: reads,
  input: z.strictObject({
    workspace: workspaceArgument,
    path: pathArgument,
    offset: z.int().min(0).optional().describe('First line, from 1 (base64: first byte, from 0)'),
    limit: z.int().min(0).optional().describe('Lines, default 2000 (base64: bytes, at most 1048576)'),
    line_numbers: z.boolean().optional(),
    encoding: z.enum(['text', 'base64']).optional(),
  }),
  handler: async (client, args) => {
    const { agent } = await lookThroughAgent(client, args.workspace);
    const at = { agent: agent.id, path: args.path };
    const offset = args.offset ?? 0;
    const limit = args.limit === 0 ? undefined : args.limit;
    if (args.encoding === 'base64') return readBytes(client, at, offset, limit);
    try {
      const lines = await client.files.readLines({
        ...at,
        offset: Math.max(1, offset),
        limit: Math.min(limit ?? DEFAULT_LINES, MAX_LINES),
        max_bytes: limit === undefined ? OUTPUT_LIMIT : ASKED_TEXT_LIMIT,
        max_line_bytes: limit === undefined ? 2_048 : OUTPUT_LIMIT,
        line_numbers: args.line_numbers ?? false,
      });
      const last = lines.offset + lines.lines - 1;
      const notes = [
        lines.next_offset === null
          ? undefined
          : `Lines ${lines.offset} to ${last} of ${lines.total_lines} (${lines.size} bytes). Read on with offset ${lines.next_offset}.`,
        lines.cut_lines.length === 0
          ? undefined
          : `Cut because they are too long: lines ${lines.cut_lines.slice(0, 20).join(', ')}. Read them whole with encoding "base64".`,
      ];
      return textResult(lines.content.replaceAll('\0', ''), notes.filter(Boolean).join(' '));
    } catch (error) {
      if (args.encoding === 'text' || !(error instanceof ApiError) || error.status !== 400) throw error;
      return readIfBinary(client, at, offset, limit, error);
    }
  },
});

type At = { agent: string; path: string };

/** What refused to be read as lines is binary, or is refused for a reason of its own. */
async function readIfBinary(
  client: ApiClient,
  at: At,
  offset: number,
  limit: number | undefined,
  refusal: ApiError,
): Promise<ToolResult> {
  const probe = await client.files
    .readBytes({ ...at, offset: 0, limit: 4_096, encoding: 'auto' })
    .catch(() => {
      throw refusal;
    });
  if (probe.size > probe.bytes || probe.binary || offset > 0) return readBytes(client, at, offset, limit);
  throw refusal;
}

async function readBytes(
  client: ApiClient,
  at: At,
  offset: number,
  limit: number | undefined,
): Promise<ToolResult> {
  if (limit !== undefined && limit > MAX_READ_BYTES) {
    throw new ToolError(`limit must be ${MAX_READ_BYTES} or less, got ${limit}`);
  }
  const bytes: FileBytes = await client.files.readBytes({
    ...at,
    offset,
    limit: limit ?? OUTPUT_LIMIT,
    encoding: 'base64',
  });
  return base64Result(bytes.content, {
    mimeType: bytes.mime_type,
    encoding: 'base64',
    size: bytes.size,
    ...(bytes.next_offset === null ? {} : { next_offset: bytes.next_offset }),
  });
}

export const workspaceWriteFile = defineTool({
  name: 'coder_workspace_write_file',
  title: 'Write a file',
  description: 'Write a whole file in a workspace (started if stopped); folders are made as needed.',
  toolsets: dailyActing,
  permissions,
  annotations: { ...destroys, idempotentHint: true },
  input: z.strictObject({
    workspace: workspaceArgument,
    path: pathArgument,
    content: z.string(),
    encoding: z.enum(['text', 'base64']).optional().describe('base64 for binary content'),
  }),
  handler: async (client, args, context) => {
    if (args.encoding === 'base64' && !isBase64(args.content)) {
      throw new ToolError('content is not base64. For plain text leave encoding out.');
    }
    const { agent } = await enterWorkspace(client, args.workspace, context);
    const written = await client.files.write({
      agent: agent.id,
      path: args.path,
      content: args.content,
      encoding: args.encoding ?? 'text',
    });
    return jsonResult({
      message: 'File written successfully.',
      path: written.path,
      size: written.size,
      created: written.created,
    });
  },
});

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
