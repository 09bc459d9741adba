import { nearest } from '@coder/api';
import { findTool, tools } from '../registry.ts';
import type { Tool } from '../tool.ts';
import { isToolset, type Toolset, toolsets } from '../toolsets.ts';

/** Which tools a connection is to have, before its token is looked at. */
export type Selection = {
  readonly toolset: Toolset;
  /** The tools, in the registry's order. */
  readonly tools: readonly Tool[];
  /** It was narrowed beyond its toolset. */
  readonly isNarrowed: boolean;
  /** Certain tools were named: then nothing else goes with them. */
  readonly isExact: boolean;
};

/** What a caller says, as text, and how it calls that: the name of a flag, or of a header. */
export type Said = { readonly name: string; readonly text: string };
export type SelectionInput = {
  /** Its name may be empty where there is but one place to say it. */
  toolset?: Said | undefined;
  /** Toolsets, separated by commas: of the toolset what any of these has. */
  toolsets?: Said | undefined;
  /** Names of tools, separated by commas: only these. */
  tools?: Said | undefined;
  /** Names of tools, separated by commas: all but these. */
  exclude?: Said | undefined;
  /** `true`: only what changes nothing. */
  readonly?: Said | undefined;
};

/** A selection that makes no sense. The message has no full stop; the hint says what would make sense. */
export class SelectionError extends Error {
  override readonly name = 'SelectionError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** What everybody gets who says nothing. */
const DEFAULT_TOOLSET: Toolset = 'standard';

/**
 * Reads what a caller says. Everything after the toolset can only narrow it. Throws a {@link SelectionError} for a name that
 * nothing has, for a tool that the toolset lacks, and when nothing is left.
 */
export function selectTools(input: SelectionInput): Selection {
  const toolset = input.toolset === undefined ? DEFAULT_TOOLSET : readToolset(input.toolset);
  const all = tools.filter((tool) => tool.toolsets.includes(toolset));
  const among =
    input.toolsets && list(input.toolsets).map((name) => readToolset({ ...input.toolsets!, text: name }));
  const only = input.tools && new Set(list(input.tools).map((name) => readTool(name, input.tools!, toolset)));
  const without = new Set(input.exclude && list(input.exclude).map((name) => readTool(name, input.exclude!)));
  const readonly = input.readonly !== undefined && readBoolean(input.readonly);
  const left = all.filter(
    (tool) =>
      (!among || among.some((one) => tool.toolsets.includes(one))) &&
      (!only || only.has(tool)) &&
      !without.has(tool) &&
      (!readonly || tool.annotations.readOnlyHint),
  );
  if (left.length === 0) {
    const said = [input.toolsets, input.tools, input.exclude, input.readonly].filter(
      (one) => one !== undefined,
    );
    throw new SelectionError(
      `No tool of the toolset ${toolset} is left with ${said.map(({ name, text }) => `${name} ${JSON.stringify(text)}`).join(' and ')}`,
      'Leave one of them out, or choose another toolset.',
    );
  }
  return { toolset, tools: left, isNarrowed: left.length < all.length, isExact: only !== undefined };
}

const list = ({ text }: Said): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

function readToolset({ name, text }: Said): Toolset {
  const wanted = text.trim();
  if (isToolset(wanted)) return wanted;
  throw new SelectionError(
    `Invalid toolset${name === '' ? '' : ` in ${name}`}: ${wanted}`,
    `${suggestion(wanted, toolsets)}Use one of: ${toolsets.join(', ')}.`,
  );
}

function readTool(wanted: string, { name }: Said, toolset?: Toolset): Tool {
  const tool = findTool(wanted);
  if (!tool) {
    const known = tools.map((one) => one.name);
    throw new SelectionError(
      `Unknown tool in ${name}: ${wanted}`,
      suggestion(wanted, known).trim() || `Known tools: ${known.join(', ')}.`,
    );
  }
  if (toolset === undefined || tool.toolsets.includes(toolset)) return tool;
  throw new SelectionError(
    `The tool ${wanted} in ${name} is not in the toolset ${toolset}`,
    `It is in: ${tool.toolsets.join(', ')}.`,
  );
}

function suggestion(wanted: string, known: readonly string[]): string {
  const near = nearest(wanted, known);
  return near === undefined ? '' : `Did you mean ${near}? `;
}

function readBoolean({ name, text }: Said): boolean {
  const value = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(value)) return true;
  if (['false', '0', 'no', 'off', ''].includes(value)) return false;
  throw new SelectionError(`${name} is ${JSON.stringify(text)}`, 'It must be true or false.');
}
