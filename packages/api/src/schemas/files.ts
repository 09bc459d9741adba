import * as z from 'zod';
import { time, uuid } from './common.ts';

const filePath = z
  .string()
  .min(1, 'must not be empty')
  .max(4096)
  .regex(/^[^\0]*$/, 'must have no NUL');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/i, 'must be a SHA-256 in hex');

/** What is copied where. The path's agent is the destination's; without another the source is in the same workspace. */
export const copyFileSchema = z.strictObject({
  from_agent: uuid.optional(),
  from_path: filePath,
  /** With a slash at its end: into this folder, under the same name. */
  path: filePath,
  /** Replace a file that is there, or the files of the same names in a folder that is there. */
  overwrite: z.boolean().default(false),
});
export const copiedFileSchema = z.object({
  path: z.string(),
  type: z.enum(['file', 'directory']),
  /** 1 for a file. */
  files: z.int(),
  /** Of all files together. */
  bytes: z.number(),
  /** Of the file, or of the tar as which a folder travels, in hex. */
  sha256: z.string(),
  /** False: something that was there has been replaced or added to. */
  created: z.boolean(),
  /** Links that lead out of a folder, and special files, are not copied. */
  skipped: z.int(),
  skipped_paths: z.array(z.string()),
});
export type CopiedFile = z.infer<typeof copiedFileSchema>;

/** The largest file that is passed on by a link, in bytes. */
export const MAX_LINK_BYTES = 4 * 1024 * 1024 * 1024;
const MINUTE = 60_000;

export const createFileLinkSchema = z.strictObject({
  direction: z.enum(['download', 'upload']),
  path: filePath,
  expires_in_ms: z
    .int()
    .min(1_000)
    .max(60 * MINUTE)
    .default(15 * MINUTE),
  /** Of an upload: the most that is taken. */
  max_bytes: z.int().min(0).max(MAX_LINK_BYTES).default(MAX_LINK_BYTES),
  /** Of an upload: nothing else is taken. */
  sha256: sha256.optional(),
  /** Of an upload: let it replace the file that is there now. */
  overwrite: z.boolean().default(false),
});
/** An address by which one file is read as it is now, or written once, by whoever has it. */
export const fileLinkSchema = z.object({
  url: z.string(),
  method: z.enum(['GET', 'PUT']),
  /** Absolute. */
  path: z.string(),
  expires_at: time,
  /** Of a download. */
  size: z.number().nullable(),
  sha256: z.string().nullable(),
  /** Of an upload. */
  max_bytes: z.number().nullable(),
});
export type FileLink = z.infer<typeof fileLinkSchema>;
