/** A prompt as data, and its text. */
export type Prompt = {
  name: string;
  title: string;
  description: string;
  arguments: readonly { name: string; description: string; required?: boolean }[];
  /** The tools that its steps call. */
  needs: readonly string[];
  render: (args: Readonly<Record<string, string>>) => string;
};

/** A call as a model is to make it: the tool, and its arguments as JSON. */
export const call = (tool: string, args: object): string => `${tool} ${JSON.stringify(args)}`;

/** Numbered lines. */
export const steps = (texts: readonly string[]): string =>
  texts.map((text, at) => `${at + 1}. ${text}`).join('\n');
