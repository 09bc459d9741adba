import type { McpClient } from './mcp.ts';

/** A call as a prompt tells a model to make it. */
export type PromptCall = { tool: string; args: Record<string, unknown> };

/** The calls that a prompt names with their arguments, in its order. */
export async function promptCalls(
  mcp: McpClient,
  name: string,
  args: Record<string, string> = {},
): Promise<PromptCall[]> {
  const { messages } = await mcp.client.getPrompt({ name, arguments: args });
  const text = messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('\n');
  return [...text.matchAll(/(coder_[a-z_]+) (?=\{)/g)].map((found) => {
    const from = found.index + found[0].length;
    return { tool: found[1] ?? '', args: jsonAt(text, from) };
  });
}

/** The JSON object that begins at a place of a text. */
function jsonAt(text: string, from: number): Record<string, unknown> {
  for (let to = text.indexOf('}', from); to !== -1; to = text.indexOf('}', to + 1)) {
    try {
      return JSON.parse(text.slice(from, to + 1)) as Record<string, unknown>;
    } catch {
      // That brace was within; the object goes on.
    }
  }
  throw new Error(`no JSON in: ${text.slice(from, from + 80)}`);
}
