import * as z from 'zod';
import { OutputEncoding } from './processes.ts';

/** A path: absolute, or `~` and `~/…`; a relative one only where `relative_to` says what it is relative to. */
const filePath = z
  .string()
  .min(1, 'must not be empty')
  .max(4096)
  .regex(/^[^\0]*$/, 'must have no NUL');
const at = {
  path: filePath,
  relative_to: z.enum(['home', 'directory']).optional(),
};
const etag = z.string().min(1).max(128);
const mode = z.string().regex(/^[0-7]{3,4}$/, 'must be octal, as in 0644');

export const FileType = z.enum(['file', 'directory', 'symlink', 'other']);

export const FileInfo = z.object({
  /** Absolute. */
  path: z.string(),
  name: z.string(),
  type: FileType,
  size: z.number(),
  /** Octal, as in `0644`. */
  mode: z.string(),
  modified_at: z.string(),
  /** Changes whenever the content may have; compare with `if_match`. Only of files. */
  etag: z.string().nullable(),
  /** Where a symlink leads, as written in it. */
  link_target: z.string().nullable(),
  /** In hex, where it was asked for and the file is not too long to be read for it. */
  sha256: z.string().optional(),
});
export type FileInfo = z.infer<typeof FileInfo>;

export const FileStat = z.strictObject({
  ...at,
  /** True: of what a symlink leads to. */
  follow: z.boolean().default(true),
  /** With the SHA-256 of a file. */
  sha256: z.boolean().default(false),
});
export type FileStatInput = z.input<typeof FileStat>;

export const FileList = z.strictObject({
  ...at,
  limit: z.int().min(1).max(10_000).default(1_000),
  /** next_cursor of the listing before. */
  cursor: z.string().max(4096).optional(),
});
export type FileListInput = z.input<typeof FileList>;
export const FileListing = z.object({
  path: z.string(),
  /** In the order of their names. */
  entries: z.array(FileInfo),
  total: z.int(),
  next_cursor: z.string().nullable(),
});
export type FileListing = z.infer<typeof FileListing>;

export const FileReadLines = z.strictObject({
  ...at,
  /** The first line, counted from 1. */
  offset: z.int().min(1).default(1),
  limit: z.int().min(1).max(100_000).default(2_000),
  max_line_bytes: z
    .int()
    .min(16)
    .max(1024 * 1024)
    .default(1_024),
  max_bytes: z
    .int()
    .min(64)
    .max(8 * 1024 * 1024)
    .default(32 * 1024),
  /** Put the number and a tab before each line. */
  line_numbers: z.boolean().default(false),
});
export type FileReadLinesInput = z.input<typeof FileReadLines>;
export const FileLines = z.object({
  path: z.string(),
  content: z.string(),
  /** The first line of `content`, and how many it holds. */
  offset: z.int(),
  lines: z.int(),
  total_lines: z.int(),
  size: z.number(),
  etag: z.string(),
  /** Where to read on; null at the end of the file. */
  next_offset: z.int().nullable(),
  /** Lines that were cut at max_line_bytes, by number. */
  cut_lines: z.array(z.int()),
});
export type FileLines = z.infer<typeof FileLines>;

export const FileReadBytes = z.strictObject({
  ...at,
  offset: z.int().min(0).default(0),
  limit: z
    .int()
    .min(1)
    .max(8 * 1024 * 1024)
    .default(1024 * 1024),
  /** `auto`: text when the bytes are valid UTF-8 without NUL, otherwise base64. */
  encoding: z.enum(['auto', 'text', 'base64']).default('auto'),
});
export type FileReadBytesInput = z.input<typeof FileReadBytes>;
export const FileBytes = z.object({
  path: z.string(),
  content: z.string(),
  encoding: OutputEncoding,
  binary: z.boolean(),
  offset: z.number(),
  bytes: z.int(),
  size: z.number(),
  etag: z.string(),
  next_offset: z.number().nullable(),
  mime_type: z.string(),
});
export type FileBytes = z.infer<typeof FileBytes>;
/** On the link the bytes themselves are the body: making text of them twice costs more than reading them. */
export const FileBytesHead = FileBytes.omit({ content: true });
export type FileBytesHead = z.infer<typeof FileBytesHead>;

export const FileWrite = z.strictObject({
  ...at,
  content: z.string(),
  encoding: OutputEncoding.default('text'),
  /** Of a new file, 0644 unless given; an existing file keeps its own unless given. */
  mode: mode.optional(),
  /** Write only if the file still has this etag; `*`: only if it exists. */
  if_match: etag.optional(),
  /** Write only if there is no file yet. */
  create_only: z.boolean().default(false),
});
export type FileWriteInput = z.input<typeof FileWrite>;

export const FileUpload = z.strictObject({
  ...at,
  mode: mode.optional(),
  if_match: etag.optional(),
  create_only: z.stringbool().default(false),
  /** In hex: another sum is refused and nothing is written. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .optional(),
});
export type FileUploadQuery = z.infer<typeof FileUpload>;

export const FileWritten = z.object({
  path: z.string(),
  size: z.number(),
  sha256: z.string(),
  etag: z.string(),
  /** False: an existing file was replaced. */
  created: z.boolean(),
});
export type FileWritten = z.infer<typeof FileWritten>;

export const FileEditStep = z.strictObject({
  old_text: z.string(),
  new_text: z.string(),
  replace_all: z.boolean().default(false),
});
export type FileEditStep = z.infer<typeof FileEditStep>;
export const FileEdit = z.strictObject({
  files: z
    .array(
      z.strictObject({
        ...at,
        edits: z.array(FileEditStep).min(1, 'must specify at least one edit').max(1_000),
        if_match: etag.optional(),
      }),
    )
    .min(1, 'must specify at least one file')
    .max(1_000),
  /** Compute and check everything, write nothing. */
  dry_run: z.boolean().default(false),
});
export type FileEditInput = z.input<typeof FileEdit>;
export const FileEdited = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      /** Unified; empty when nothing changed. */
      diff: z.string(),
      etag: z.string(),
      /** How many places were replaced. */
      replacements: z.int(),
      /** The loosest match that was needed. */
      match: z.enum(['exact', 'trailing_whitespace', 'surrounding_whitespace']),
    }),
  ),
});
export type FileEdited = z.infer<typeof FileEdited>;

export const FileMove = z.strictObject({
  ...at,
  destination: filePath,
  overwrite: z.boolean().default(false),
});
export type FileMoveInput = z.input<typeof FileMove>;

export const FileRemove = z.strictObject({
  ...at,
  /** Needed for a directory that is not empty. */
  recursive: z.boolean().default(false),
});
export type FileRemoveInput = z.input<typeof FileRemove>;
export const FileRemoved = z.object({ path: z.string() });
export type FileRemoved = z.infer<typeof FileRemoved>;

export const FileMkdir = z.strictObject({ ...at, mode: mode.optional() });
export type FileMkdirInput = z.input<typeof FileMkdir>;

export const FileSearch = z.strictObject({
  ...at,
  /** What to find in the content. Without it files are found by name alone. */
  pattern: z.string().min(1).max(4096).optional(),
  /** False: `pattern` is plain text. */
  regex: z.boolean().default(true),
  case_sensitive: z.boolean().default(true),
  /** Which files, as in `*.ts` (any folder) or `src/**` (from `path`). */
  glob: z.string().min(1).max(1024).optional(),
  /** Also hidden files, and folders such as .git and node_modules. */
  include_ignored: z.boolean().default(false),
  limit: z.int().min(1).max(10_000).default(100),
  max_line_bytes: z.int().min(16).max(65_536).default(256),
  timeout_ms: z.int().min(1).max(60_000).default(10_000),
});
export type FileSearchInput = z.input<typeof FileSearch>;
export const FileMatches = z.object({
  path: z.string(),
  matches: z.array(
    z.object({
      path: z.string(),
      /** null for a match by name. */
      line: z.int().nullable(),
      column: z.int().nullable(),
      text: z.string().nullable(),
    }),
  ),
  files_searched: z.int(),
  /** Why it stopped before the end, if it did. */
  truncated: z.enum(['limit', 'timeout', 'files']).nullable(),
});
export type FileMatches = z.infer<typeof FileMatches>;

export const FileDownload = z.strictObject({
  ...at,
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).optional(),
});
export type FileDownloadInput = z.input<typeof FileDownload>;

export const FileArchive = z.strictObject({ ...at });
/** As the agent takes it: also where a copy of it is to go in the same workspace, which must not be inside of it. */
export const FileArchiveFor = FileArchive.extend({ into: filePath.optional() });
export type FileArchiveInput = z.input<typeof FileArchiveFor>;

/** The longest file whose SHA-256 is told. */
export const MAX_HASHED_BYTES = 4 * 1024 * 1024 * 1024;

/** What a tar may unpack to at most, unless less is said. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024 * 1024;
export const MAX_UNPACKED_ENTRIES = 500_000;

export const FileUnpack = z.strictObject({
  /** The folder that the tar's entries go into. */
  ...at,
  /** So many leading parts are taken off every entry's path. */
  strip: z.coerce.number().int().min(0).max(16).default(0),
  /** True: into a folder that is there already, whose files of the same names are replaced. */
  overwrite: z.stringbool().default(false),
  max_bytes: z.coerce.number().int().min(0).max(MAX_UNPACKED_BYTES).default(MAX_UNPACKED_BYTES),
  max_entries: z.coerce.number().int().min(1).max(MAX_UNPACKED_ENTRIES).default(MAX_UNPACKED_ENTRIES),
});
export type FileUnpackQuery = z.infer<typeof FileUnpack>;
export type FileUnpackInput = Omit<z.input<typeof FileUnpack>, 'overwrite'> & { overwrite?: boolean };

export const FileUnpacked = z.object({
  path: z.string(),
  files: z.int(),
  folders: z.int(),
  links: z.int(),
  /** Of all files together. */
  bytes: z.number(),
  /** Of the tar, in hex. */
  sha256: z.string(),
  /** False: into a folder that was there. */
  created: z.boolean(),
  /** Entries that are not made, because they lead out of the folder or are neither file, folder nor link; the first of them by name. */
  skipped: z.int(),
  skipped_paths: z.array(z.string()),
});
export type FileUnpacked = z.infer<typeof FileUnpacked>;
