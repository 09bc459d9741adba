import type { Option } from './option.ts';
import { generalOptions } from './options/general.ts';
import { githubOptions } from './options/github.ts';
import { introspectionOptions } from './options/introspection.ts';
import { mcpOptions } from './options/mcp.ts';
import { networkingOptions } from './options/networking.ts';
import { workspacesOptions } from './options/workspaces.ts';

/** Every option of the server, in the order of the help. A new one is a line in `options` and nothing else. */
const options = {
  ...generalOptions,
  ...networkingOptions,
  ...mcpOptions,
  ...workspacesOptions,
  ...githubOptions,
  ...introspectionOptions,
} as const satisfies Record<string, Option<unknown>>;

type Options = typeof options;
export type OptionKey = keyof Options;
/** The value of each option. */
export type OptionValues = { readonly [K in OptionKey]: Options[K]['default'] };

/** All options as a list, with their values' types left out. */
export const optionList: readonly { key: OptionKey; option: Option<unknown> }[] = Object.entries(options).map(
  ([key, option]) => ({ key: key as OptionKey, option }),
);
