import { applyEdits, type JSONPath, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { CliError } from '../../cli-error.ts';

/** A value and where it goes in a file. */
export type Entry = { path: JSONPath; value: unknown };

/**
 * The text of a JSON file with entries put into it; everything else stays as it was, comments and blank lines too.
 * Throws a {@link CliError} for a text that is not valid, or holds something else where an object must be.
 */
export function editJson(
  text: string,
  entries: readonly Entry[],
  options: { file: string; comments?: boolean },
): string {
  const content = text.replace(/^\uFEFF/, '');
  const isEmpty = content.trim() === '';
  const start = isEmpty ? '{}' : content;
  const value = read(start, options);
  for (const { path } of entries) checkPath(value, path, options.file);
  const formattingOptions = { ...indentation(start), eol: start.includes('\r\n') ? '\r\n' : '\n' };
  const edited = entries.reduce(
    (now, entry) => applyEdits(now, modify(now, entry.path, entry.value, { formattingOptions })),
    start,
  );
  return edited.endsWith('\n') || !isEmpty ? edited : `${edited}\n`;
}

function read(text: string, { file, comments = false }: { file: string; comments?: boolean }): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { disallowComments: !comments, allowTrailingComma: comments });
  const [first] = errors;
  if (!first) return value;
  const line = text.slice(0, first.offset).split('\n').length;
  throw new CliError(
    `${file} is not valid JSON (line ${line}: ${printParseErrorCode(first.error)}). It was left as it is: correct it, or move it away, and try again.`,
  );
}

/** Every step of a path that is there must be an object: anything else is the user's and is not overwritten. */
function checkPath(value: unknown, path: JSONPath, file: string): void {
  let at: unknown = value;
  const steps: string[] = [];
  for (const key of path) {
    if (at === undefined) return;
    if (typeof at !== 'object' || at === null || Array.isArray(at)) {
      const what = steps.length === 0 ? 'its content' : JSON.stringify(steps.join('.'));
      throw new CliError(`${file} was left as it is: ${what} is not a JSON object.`);
    }
    steps.push(String(key));
    at = (at as Record<string, unknown>)[String(key)];
  }
}

/** The indentation that the file has, by its first indented line. */
function indentation(text: string): { insertSpaces: boolean; tabSize: number } {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  return indent.startsWith('\t')
    ? { insertSpaces: false, tabSize: 1 }
    : { insertSpaces: true, tabSize: indent.length };
}
