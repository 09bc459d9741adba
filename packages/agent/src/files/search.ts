import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { FileMatches, FileSearch } from '@coder/api/agent';
import type * as z from 'zod';
import { AgentFault, fileFault } from '../fault.ts';
import { matchGlob } from './match-glob.ts';
import { matchLines } from './match-lines.ts';
import { isText } from './read.ts';

type Input = z.output<typeof FileSearch>;

const IGNORED = new Set(['node_modules', '__pycache__', 'venv', 'target']);
const MAX_FILES = 200_000;
const MAX_FILE_BYTES = 8n * 1024n * 1024n;
/** How many lines are searched before others have their turn. */
const SLICE_LINES = 2_000;

function compile(input: Input): RegExp | undefined {
  if (input.pattern === undefined) return undefined;
  const source = input.regex ? input.pattern : input.pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  try {
    return new RegExp(source, input.case_sensitive ? 'u' : 'iu');
  } catch {
    try {
      // Many patterns that people write escape more than the strict syntax allows.
      return new RegExp(source, input.case_sensitive ? '' : 'i');
    } catch (cause) {
      throw new AgentFault(
        'invalid_input',
        `pattern is not a valid regular expression: ${cause instanceof Error ? cause.message : ''}. Set regex to false to search for plain text.`,
        { field: 'pattern', cause },
      );
    }
  }
}

function tooSlow(file: string): AgentFault {
  return new AgentFault(
    'invalid_input',
    `pattern takes too long on ${file}. Write it without nested repetition such as (a+)+, or search with a glob that leaves this file out.`,
    { field: 'pattern', path: file },
  );
}

function cut(line: string, maxBytes: number): string {
  return Buffer.byteLength(line) <= maxBytes
    ? line
    : `${Buffer.from(line)
        .subarray(0, maxBytes)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')}…`;
}

/** Searches names, or the content of text files, below a folder (or in one file), in the order of the paths, until a limit is met. */
export async function search(path: string, input: Input, signal: AbortSignal): Promise<FileMatches> {
  const pattern = compile(input);
  const glob =
    input.glob === undefined ? undefined : input.glob.includes('/') ? input.glob : `**/${input.glob}`;
  const deadline = performance.now() + input.timeout_ms;
  const result: FileMatches = { path, matches: [], files_searched: 0, truncated: null };
  const over = () => {
    if (performance.now() > deadline) result.truncated ??= 'timeout';
    if (result.files_searched >= MAX_FILES) result.truncated ??= 'files';
    return signal.aborted || result.truncated !== null;
  };
  const add = (match: FileMatches['matches'][number]) => {
    if (result.matches.length >= input.limit) result.truncated = 'limit';
    else result.matches.push(match);
  };

  async function look(file: string): Promise<void> {
    const name = relative(path, file) || file.slice(file.lastIndexOf('/') + 1);
    const wanted = glob === undefined || matchGlob(name, glob);
    if (wanted === undefined) throw tooManyWays(name);
    if (!wanted) return;
    result.files_searched += 1;
    if (!pattern) {
      add({ path: file, line: null, column: null, text: null });
      return;
    }
    const bytes = await stat(file, { bigint: true })
      .then((s) => (s.isFile() && s.size <= MAX_FILE_BYTES ? readFile(file) : undefined))
      .catch(() => undefined);
    if (!bytes || !isText(bytes.subarray(0, 8_192), bytes.length > 8_192)) return;
    const lines = bytes.toString('utf8').split('\n');
    for (let from = 0; from < lines.length && !over(); from += SLICE_LINES) {
      const slice = lines.slice(from, from + SLICE_LINES);
      const found = matchLines(pattern, slice, input.limit - result.matches.length + 1);
      if (!found) throw tooSlow(file);
      for (const { line, column } of found) {
        const text = cut((slice[line] as string).replace(/\r$/, ''), input.max_line_bytes);
        add({ path: file, line: from + line + 1, column: column + 1, text });
      }
      await setImmediate();
    }
  }

  async function walk(folder: string): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (over()) return;
      if (
        !input.include_ignored &&
        (entry.name.startsWith('.') || (entry.isDirectory() && IGNORED.has(entry.name)))
      )
        continue;
      const full = join(folder, entry.name);
      // Symbolic links are not followed: they may lead round, or out.
      if (entry.isDirectory()) await walk(full);
      else if (entry.isFile()) await look(full);
    }
  }

  const root = await stat(path).catch((error: unknown) => Promise.reject(fileFault(error, path)));
  await (root.isDirectory() ? walk(path) : look(path));
  return result;
}

function tooManyWays(name: string): AgentFault {
  return new AgentFault(
    'invalid_input',
    `glob takes too long to try on ${name}. Use fewer stars and braces.`,
    {
      field: 'glob',
    },
  );
}
