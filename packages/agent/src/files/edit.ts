import { readFile, realpath } from 'node:fs/promises';
import { type AgentErrorCode, agentErrorStatus, type FileEdit, type FileEdited } from '@coder/api/agent';
import type * as z from 'zod';
import { AgentFault, fileFault } from '../fault.ts';
import { type Places, resolvePath } from '../paths.ts';
import { etagOf, regularFile } from './info.ts';
import { applyEdit, type MatchKind } from './match.ts';
import { checkExpectation, writeFileAtomically } from './write.ts';

type Input = z.output<typeof FileEdit>;

/** Beyond this a file is not meant to be edited by text. */
const MAX_EDIT_BYTES = 16 * 1024 * 1024;

interface Computed {
  path: string;
  before: string;
  after: string;
  etag: string;
  replacements: number;
  match: MatchKind;
}

const order: MatchKind[] = ['exact', 'trailing_whitespace', 'surrounding_whitespace'];

async function compute(path: string, file: Input['files'][number], field: string): Promise<Computed> {
  const stats = await regularFile(path);
  checkExpectation(path, stats, { ifMatch: file.if_match });
  if (stats.size > BigInt(MAX_EDIT_BYTES)) {
    throw new AgentFault(
      'too_large',
      `${path} is larger than ${MAX_EDIT_BYTES} bytes. Change it with a command instead.`,
      { path, field: `${field}.path` },
    );
  }
  const bytes = await readFile(path).catch((error: unknown) => Promise.reject(fileFault(error, path)));
  let before: string;
  try {
    before = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AgentFault(
      'not_text',
      `${path} is not UTF-8 text and cannot be edited by text. Write it whole, or change it with a command.`,
      { path, field: `${field}.path`, cause },
    );
  }
  let after = before;
  let replacements = 0;
  let match: MatchKind = 'exact';
  for (const [i, edit] of file.edits.entries()) {
    const applied = applyEdit(after, edit, { path, field: `${field}.edits.${i}.old_text` });
    after = applied.content;
    replacements += applied.replacements;
    if (order.indexOf(applied.match) > order.indexOf(match)) match = applied.match;
  }
  return { path, before, after, etag: etagOf(stats), replacements, match };
}

/** One fault that says all that is wrong, with the gravest status. */
function joined(faults: AgentFault[]): AgentFault {
  if (faults.length === 1) return faults[0] as AgentFault;
  const gravest = faults.reduce((a, b) => (agentErrorStatus[b.code] > agentErrorStatus[a.code] ? b : a));
  const code: AgentErrorCode = gravest.code;
  const errors = faults.map((f) => ({
    code: f.code,
    message: f.message,
    ...(f.details.path === undefined ? {} : { path: f.details.path }),
    ...(f.details.field === undefined ? {} : { field: f.details.field }),
  }));
  return new AgentFault(code, faults.map((f) => f.message).join('\n'), {
    field: gravest.details.field,
    path: gravest.details.path,
    errors,
  });
}

/** Edits several files: everything is computed and checked before the first byte is written. Returns a diff for each. */
export async function editFiles(places: Places, input: Input): Promise<FileEdited> {
  const faults: AgentFault[] = [];
  const computed: Computed[] = [];
  const seen = new Set<string>();
  for (const [i, file] of input.files.entries()) {
    try {
      const path = resolvePath(places, file.path, file.relative_to, `files.${i}.path`);
      // Two names of one file are one file.
      const real = await realpath(path).catch(() => path);
      if (seen.has(real)) {
        throw new AgentFault(
          'invalid_input',
          `${path}: duplicate file path in request. Put all edits of a file together.`,
          { path, field: `files.${i}.path` },
        );
      }
      seen.add(real);
      computed.push(await compute(path, file, `files.${i}`));
    } catch (error) {
      if (!(error instanceof AgentFault)) throw error;
      faults.push(error);
    }
  }
  if (faults.length > 0) throw joined(faults);
  const { createTwoFilesPatch } = await import('diff');
  const files: FileEdited['files'] = [];
  for (const file of computed) {
    const changed = file.after !== file.before;
    // Compared with what was read, so that a change by someone else in the meantime is not lost.
    const etag =
      changed && !input.dry_run
        ? (await writeFileAtomically({ path: file.path, ifMatch: file.etag }, Buffer.from(file.after))).etag
        : file.etag;
    const diff = changed ? createTwoFilesPatch(file.path, file.path, file.before, file.after) : '';
    files.push({
      path: file.path,
      diff: diff.replace(/^=+\n/, ''),
      etag,
      replacements: file.replacements,
      match: file.match,
    });
  }
  return { files };
}
