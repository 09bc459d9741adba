import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { optionList } from './options.ts';
import type { Problem } from './problems.ts';
import { suggest } from './suggest.ts';

/** A value found in the file: its text, and where it stands. */
export interface YamlValue {
  text: string;
  source: string;
}

const knownPaths = optionList.flatMap(({ option }) => option.yaml);
const knownGroups = new Set(
  knownPaths.flatMap((path) =>
    path
      .split('.')
      .slice(0, -1)
      .map((_, i, parts) => parts.slice(0, i + 1).join('.')),
  ),
);
const listPaths = new Set(
  optionList.filter(({ option }) => option.type === 'string-list').flatMap(({ option }) => option.yaml),
);

/** Reads a YAML file into values by their dotted path. Keys that no option has are problems. */
export function readYaml(
  content: string,
  file: string,
): { values: Map<string, YamlValue>; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const values = new Map<string, YamlValue>();
  const problems: Problem[] = document.errors.map((error) => ({
    source: `${file}:${lines.linePos(error.pos[0]).line}`,
    problem: `is not valid YAML: ${error.message.split('\n')[0]?.replace(/ at line.*/, '')}`,
  }));
  if (problems.length > 0) return { values, problems };

  const at = (node: unknown) => lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;

  function visit(node: unknown, path: string): void {
    const where = (child: unknown, name: string) => `${file}:${at(child)} ${name}`;
    if (!isMap(node)) {
      const hint =
        path === ''
          ? 'must hold options by name, such as "experiments: [oauth2]"'
          : 'must hold options by name';
      problems.push({ source: where(node, path).trim(), problem: hint });
      return;
    }
    for (const { key, value } of node.items) {
      const name = `${path === '' ? '' : `${path}.`}${isScalar(key) ? String(key.value) : '?'}`;
      const source = where(key, name);
      if (isScalar(value) && value.value === null) continue;
      if (knownGroups.has(name)) visit(value, name);
      else if (knownPaths.includes(name)) {
        const text = textOf(value, listPaths.has(name));
        if (text === undefined)
          problems.push({
            source,
            problem: `must be ${listPaths.has(name) ? 'a list of strings' : 'one value'}`,
          });
        else values.set(name, { text, source });
      } else {
        const like = suggest(name, knownPaths);
        problems.push({ source, problem: `is not an option${like ? `; did you mean ${like}?` : ''}` });
      }
    }
  }

  if (document.contents !== null && !(isScalar(document.contents) && document.contents.value === null))
    visit(document.contents, '');
  return { values, problems };
}

function textOf(node: unknown, list: boolean): string | undefined {
  if (isAlias(node)) return undefined;
  // The source keeps what a number would lose, such as the zeros of an id.
  if (isScalar(node))
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  if (!list || !isSeq(node)) return undefined;
  const items = node.items.map((item) => textOf(item, false));
  return items.includes(undefined) ? undefined : items.join(',');
}
