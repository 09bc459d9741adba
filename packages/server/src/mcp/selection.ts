import { ApiError } from '@coder/api';
import { type Said, type Selection, SelectionError, selectTools } from '@coder/tools/mcp';
import type { HttpContext } from '../http/index.ts';

/** The headers by which a client narrows what it is offered. They can take tools away and add none. */
export const selectionHeaders = [
  'X-MCP-Toolsets',
  'X-MCP-Tools',
  'X-MCP-Exclude-Tools',
  'X-MCP-Readonly',
] as const;

/** Above this many different selections the oldest is made anew: what is in a header is the client's to choose. */
const KEPT = 256;
const LONGEST_HEADER = 8_192;

/** Reads which tools a request is about; `others` are the query parameters that its address has besides `toolset`. */
export type Select = (c: HttpContext, others?: readonly string[]) => Selection;

/**
 * Makes the function that reads which tools a request is about, from the address and the headers. The same words give the
 * same selection, so that everything which depends on it is made once. It throws BAD_REQUEST for what makes no sense, and for
 * a parameter it does not know: who misspells the toolset would be offered every tool.
 */
export function createSelect(): Select {
  const made = new Map<string, Selection>();
  return (c, others = []) => {
    const queries = c.req.queries();
    refuseUnknown(queries, ['toolset', ...others]);
    const toolset = queries.toolset?.[0];
    const texts = selectionHeaders.map((name) => c.req.header(name)?.trim());
    // An empty name is not the same as none: it is refused.
    const key = [toolset, ...texts].map((text) => (text === undefined ? '' : `=${text}`)).join('\n');
    const known = made.get(key);
    if (known) return known;
    const selection = read(toolset, texts);
    if (made.size >= KEPT) made.delete(made.keys().next().value as string);
    made.set(key, selection);
    return selection;
  };
}

function refuseUnknown(queries: Record<string, string[]>, known: readonly string[]): void {
  for (const [name, values] of Object.entries(queries)) {
    const quoted = JSON.stringify(name);
    if (!known.includes(name)) {
      throw new ApiError('BAD_REQUEST', {
        message: `There is no query parameter ${quoted} here.`,
        detail: `Use ${known.map((one) => `"${one}"`).join(', ')}, in lower case.`,
      });
    }
    if (values.length > 1) {
      throw new ApiError('BAD_REQUEST', {
        message: `The query parameter ${quoted} is given ${values.length} times.`,
        detail: 'Give it once.',
      });
    }
  }
}

function read(toolset: string | undefined, texts: readonly (string | undefined)[]): Selection {
  const said = texts.map((text, at): Said | undefined => {
    if (text === undefined) return undefined;
    const name = selectionHeaders[at] ?? '';
    if (text === '') {
      throw new ApiError('BAD_REQUEST', {
        message: `${name} is empty.`,
        detail: 'Give it a value, or leave the header out.',
      });
    }
    if (text.length > LONGEST_HEADER) {
      throw new ApiError('BAD_REQUEST', { message: `${name} is longer than ${LONGEST_HEADER} characters.` });
    }
    return { name, text };
  });
  const [toolsets, tools, exclude, readonly] = said;
  try {
    return selectTools({
      ...(toolset === undefined ? {} : { toolset: { name: '', text: toolset } }),
      toolsets,
      tools,
      exclude,
      readonly,
    });
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    throw new ApiError('BAD_REQUEST', { message: error.message, detail: error.hint });
  }
}

/** Refuses what does the same as a tool that a request is not about. */
export function requireTool({ tools, toolset }: Selection, name: string): void {
  if (tools.some((tool) => tool.name === name)) return;
  throw new ApiError('FORBIDDEN', {
    message: `This does what the tool ${name} does, which this request leaves out.`,
    detail: `It asks for the toolset ${toolset}, and may be narrowed by ${selectionHeaders.join(', ')}.`,
  });
}
