import type { FileEdited, FileEditStep } from '@coder/api/agent';
import { AgentFault } from '../fault.ts';

export type MatchKind = FileEdited['files'][number]['match'];
export interface Applied {
  content: string;
  replacements: number;
  match: MatchKind;
}

interface Span {
  start: number;
  end: number;
}

/** Looser matches compare whole lines; each of these says what of a line is compared. */
const looser: [MatchKind, (line: string) => string][] = [
  ['trailing_whitespace', (line) => line.trimEnd()],
  ['surrounding_whitespace', (line) => line.trim()],
];

function exactSpans(content: string, wanted: string): Span[] {
  const spans: Span[] = [];
  for (let at = content.indexOf(wanted); at !== -1; at = content.indexOf(wanted, at + wanted.length)) {
    spans.push({ start: at, end: at + wanted.length });
  }
  return spans;
}

/** The runs of whole lines that equal `wanted` after `view`; a span ends before the last line's break unless `wanted` ends with one. */
function lineSpans(content: string, wanted: string, view: (line: string) => string): Span[] {
  const endsWithBreak = wanted.endsWith('\n');
  const needle = (endsWithBreak ? wanted.slice(0, -1) : wanted).split('\n').map(view);
  if (needle.every((line) => line === '')) return [];
  const lines = content.split('\n');
  const seen = lines.map(view);
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const spans: Span[] = [];
  for (let first = 0; first + needle.length <= lines.length; first++) {
    if (!needle.every((line, i) => seen[first + i] === line)) continue;
    const last = first + needle.length - 1;
    const lineEnd = (starts[last] as number) + (lines[last] as string).length;
    // A carriage return belongs to the break, not to the text that is replaced.
    const textEnd =
      content[lineEnd - 1] === '\r' && lineEnd > (starts[last] as number) ? lineEnd - 1 : lineEnd;
    spans.push({
      start: starts[first] as number,
      end: endsWithBreak ? Math.min(lineEnd + 1, content.length) : textEnd,
    });
    first = last;
  }
  return spans;
}

function splice(content: string, spans: Span[], replacement: string): string {
  let out = '';
  let at = 0;
  for (const { start, end } of spans) {
    out += content.slice(at, start) + replacement;
    at = end;
  }
  return out + content.slice(at);
}

/** Applies one edit: the first of exact, trailing and surrounding whitespace ignored that finds anything decides. */
export function applyEdit(
  content: string,
  edit: FileEditStep,
  where: { path: string; field: string },
): Applied {
  if (edit.old_text === '') {
    if (content === '') return { content: edit.new_text, replacements: 1, match: 'exact' };
    throw new AgentFault(
      'invalid_input',
      'old_text must not be empty: say which text to replace, or write the whole file.',
      where,
    );
  }
  const candidates: [MatchKind, () => Span[]][] = [
    ['exact', () => exactSpans(content, edit.old_text)],
    ...looser.map(([kind, view]): [MatchKind, () => Span[]] => [
      kind,
      () => lineSpans(content, edit.old_text, view),
    ]),
  ];
  for (const [match, find] of candidates) {
    const spans = find();
    if (spans.length === 0) continue;
    if (spans.length > 1 && !edit.replace_all) {
      throw new AgentFault(
        'edit_ambiguous',
        `old_text matches ${spans.length} places in ${where.path} (expected exactly 1). Include more of the lines around it to make it unique, or set replace_all to true.`,
        where,
      );
    }
    return { content: splice(content, spans, edit.new_text), replacements: spans.length, match };
  }
  throw new AgentFault(
    'edit_not_found',
    `old_text was not found in ${where.path}. Read the file again and copy the text exactly, with its whitespace and indentation.`,
    where,
  );
}
