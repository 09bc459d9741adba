import { nearest } from '@coder/api';
import {
  type GetPromptResult,
  type ListPromptsResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import type { Tool } from '../tool.ts';
import { crossWorkspace, infrastructureCheck, projectInitialization } from './prompts/examples.ts';
import type { Prompt } from './prompts/prompt.ts';
import { workInWorkspace } from './prompts/work-in-workspace.ts';
import { writeTemplate } from './prompts/write-template.ts';

/** What can be listed and asked for. */
export type PromptList = {
  readonly listing: ListPromptsResult;
  /** The text of a prompt. Throws the protocol's own error when it is unknown or lacks an argument. */
  get(name: string, args: Record<string, string> | undefined): GetPromptResult;
};

export const allPrompts: readonly Prompt[] = [
  workInWorkspace,
  projectInitialization,
  crossWorkspace,
  infrastructureCheck,
  writeTemplate,
];

/** The prompts whose steps can be done with these tools; undefined when there are none. */
export function promptsFor(tools: ReadonlyMap<string, Tool>): PromptList | undefined {
  const offered = allPrompts.filter(({ needs }) => needs.every((name) => tools.has(name)));
  if (offered.length === 0) return undefined;
  return {
    listing: {
      prompts: offered.map(({ name, title, description, arguments: args }) => ({
        name,
        title,
        description,
        ...(args.length === 0 ? {} : { arguments: [...args] }),
      })),
    },
    get(name, given = {}) {
      const prompt = offered.find((one) => one.name === name);
      if (!prompt) throw unknownPrompt(name, offered);
      for (const { name: argument, required } of prompt.arguments) {
        if (required !== true || (given[argument] ?? '').trim() !== '') continue;
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `missing required prompt argument: ${argument}`,
        );
      }
      // An argument that is left empty is left out.
      const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
      return {
        description: prompt.description,
        messages: [{ role: 'user', content: { type: 'text', text: prompt.render(args) } }],
      };
    },
  };
}

function unknownPrompt(name: string, offered: readonly Prompt[]): ProtocolError {
  const near = nearest(
    name,
    offered.map((prompt) => prompt.name),
  );
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown prompt: ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
  );
}
