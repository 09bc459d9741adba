import type { FileLink } from '@coder/api';
import * as z from 'zod';
import { durationText, goDuration, parseWait } from '../duration.ts';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { actingToolsets, adds, defineTool } from '../tool-parts.ts';
import { pathArgument, workspaceArgument } from '../workspace/arguments.ts';
import { enterWorkspace } from '../workspace/open.ts';

const DEFAULT_LIFETIME = '15m';
const MAX_LIFETIME_MS = 3_600_000;

const common = {
  toolsets: actingToolsets,
  permissions: ['workspace:read', 'workspace:ssh'],
  // It changes no file, yet what it makes lets others in: worth the question that clients ask before such calls.
  annotations: adds,
} as const;
const place = {
  workspace: workspaceArgument,
  path: pathArgument,
  expires_in: durationText.optional().describe('As in "10m"; default 15m, at most 1h'),
};

export const downloadLink = defineTool({
  ...common,
  name: 'coder_workspace_download_link',
  title: 'Link to download a file',
  description:
    'URL from which anyone who has it can download one file, as it is now, without signing in. For files too large to read.',
  input: z.strictObject(place),
  handler: async (client, args, context) => {
    const { agent } = await enterWorkspace(client, args.workspace, context);
    const link = await client.files.createLink({
      agent: agent.id,
      direction: 'download',
      path: args.path,
      expires_in_ms: lifetime(args.expires_in),
    });
    const { url, path, size, sha256, expires_at } = link;
    const command = `curl -fo ${quoted(nameOf(link))} ${quoted(url)}`;
    return jsonResult({ url, path, size, ...(sha256 === null ? {} : { sha256 }), expires_at, command });
  },
});

export const uploadLink = defineTool({
  ...common,
  name: 'coder_workspace_upload_link',
  title: 'Link to upload a file',
  description: 'URL to which anyone who has it can upload one file, once, by PUT, without signing in.',
  input: z.strictObject({
    ...place,
    max_bytes: z.int().min(1).optional().describe('Default and most: 4 GiB'),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be a SHA-256 in hex')
      .optional()
      .describe('Takes only this content'),
    overwrite: z.boolean().optional(),
  }),
  handler: async (client, args, context) => {
    const { agent } = await enterWorkspace(client, args.workspace, context);
    const link = await client.files.createLink({
      agent: agent.id,
      direction: 'upload',
      path: args.path,
      expires_in_ms: lifetime(args.expires_in),
      overwrite: args.overwrite ?? false,
      ...(args.max_bytes === undefined ? {} : { max_bytes: args.max_bytes }),
      ...(args.sha256 === undefined ? {} : { sha256: args.sha256.toLowerCase() }),
    });
    const { url, method, path, max_bytes, expires_at } = link;
    const command = `curl -fT FILE ${quoted(url)}`;
    return jsonResult({ url, method, path, max_bytes, expires_at, command });
  },
});

function lifetime(text: string | undefined): number {
  const milliseconds = parseWait(text ?? DEFAULT_LIFETIME) as number;
  if (milliseconds >= 1_000 && milliseconds <= MAX_LIFETIME_MS) return Math.round(milliseconds);
  throw new ToolError(`expires_in must be from 1s to 1h, got ${goDuration(milliseconds)}`);
}

const nameOf = ({ path }: FileLink): string => path.split('/').at(-1) || 'file';
/** For a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
