/** What clients judge a tool by. */
export type ListedTool = {
  readonly name: string;
  readonly title: string | undefined;
  readonly readOnly: boolean;
  /** Whether it says at all if it only reads or may destroy. */
  readonly hinted: boolean;
  readonly needsArguments: boolean;
};

export function toolsOf(result: Record<string, unknown>): ListedTool[] {
  return (Array.isArray(result.tools) ? result.tools : []).flatMap((tool: unknown) => {
    if (typeof tool !== 'object' || tool === null) return [];
    const { name, title, annotations, inputSchema } = tool as Record<string, unknown>;
    if (typeof name !== 'string') return [];
    const hints = recordOf(annotations);
    const { required } = recordOf(inputSchema);
    const titles = [title, hints.title].filter((text) => typeof text === 'string' && text !== '');
    return [
      {
        name,
        title: titles[0] as string | undefined,
        readOnly: hints.readOnlyHint === true,
        hinted: typeof (hints.readOnlyHint ?? hints.destructiveHint) === 'boolean',
        needsArguments: Array.isArray(required) && required.length > 0,
      },
    ];
  });
}

/** It tells who is signed in. */
const favourite = 'coder_get_authenticated_user';

/** A tool that changes nothing and asks for nothing. */
export const safeToCall = (tools: readonly ListedTool[]): ListedTool | undefined => {
  const safe = tools.filter(({ readOnly, needsArguments }) => readOnly && !needsArguments);
  return safe.find(({ name }) => name === favourite) ?? safe[0];
};

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
