/** The guards around the blocks that are ours in a CLAUDE.md. */
const blocks = ['coder-prompt', 'system-prompt'] as const;

/** The prompts that go into a CLAUDE.md, by the guard that they stand between. */
export type Prompts = Partial<Record<(typeof blocks)[number], string>>;

/** A CLAUDE.md with the prompts in front; blocks that an earlier run put there are replaced, the rest is kept. */
export function withPrompts(text: string, prompts: Prompts): string {
  const rest = blocks
    .reduce((now, name) => now.replace(new RegExp(`<${name}>[\\s\\S]*?</${name}>\\n*`, 'g'), ''), text)
    .replace(/^\n+/, '');
  const front = blocks
    .filter((name) => prompts[name])
    .map((name) => `<${name}>\n${prompts[name]?.trim()}\n</${name}>\n`);
  return [...front, ...(rest === '' ? [] : [rest])].join('\n');
}
