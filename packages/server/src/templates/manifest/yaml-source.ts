import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

export type Path = readonly (string | number)[];
type Position = { readonly line: number; readonly column: number };
/** Something wrong at a place of the file; `path` is empty where only the text is known. */
export type SourceProblem = Position & { readonly path: string; readonly message: string };

export type YamlSource = {
  readonly value: unknown;
  /** Where a value, or with `key` its key, begins; for what is not there, the nearest that encloses it. */
  locate(path: Path, options?: { key?: boolean | undefined; text?: string | undefined }): Position;
};

/** Far beyond any template, and few enough for every check to be quick. */
const maxLength = 512 * 1024;
/** How often an alias may be followed, so that a small file cannot grow without bound. */
const maxAliasCount = 100;
const start: Position = { line: 1, column: 1 };

/** Reads YAML 1.2 and remembers where everything stood, or says everything that is wrong with it as YAML. */
export function readYaml(text: string): { source: YamlSource } | { problems: SourceProblem[] } {
  if (text.length > maxLength) {
    return { problems: [{ ...start, path: '', message: `must be at most ${maxLength / 1024} KiB long` }] };
  }
  try {
    return read(text);
  } catch (error) {
    const reason = error instanceof RangeError ? 'is nested too deeply' : 'uses too many aliases';
    return { problems: [{ ...start, path: '', message: `${reason} to be read` }] };
  }
}

function read(text: string): { source: YamlSource } | { problems: SourceProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    return {
      problems: wrong.map((error) => ({
        ...position(error.pos[0]),
        path: '',
        message: `is not valid YAML: ${error.message}`,
      })),
    };
  }
  const root = document.contents;
  return {
    source: {
      value: document.toJS({ maxAliasCount }) as unknown,
      locate(path, { key = false, text: within } = {}) {
        const { node, keyNode } = find(root, path);
        const range = ((key ? keyNode : node) ?? node ?? keyNode)?.range;
        if (!range) return start;
        const inside = within === undefined ? -1 : text.indexOf(within, range[0]);
        return position(inside >= 0 && inside < range[1] ? inside : range[0]);
      },
    },
  };
}

type Found = { node: Node | undefined; keyNode: Node | undefined };

function find(root: Node | null, path: Path): Found {
  let found: Found = { node: root ?? undefined, keyNode: undefined };
  for (const segment of path) {
    const next = child(found.node, segment);
    if (!next) return found;
    found = next;
  }
  return found;
}

function child(node: Node | undefined, segment: string | number): Found | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return isNode(item) ? { node: item, keyNode: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  for (const { key, value } of node.items) {
    if (!isScalar(key) || String(key.value) !== String(segment)) continue;
    return { node: isNode(value) ? value : key, keyNode: key };
  }
  return undefined;
}

/** A path as people write it: `parameters[0].options[2].value`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return text === '' ? segment : `${text}.${segment}`;
  }, '');
}
