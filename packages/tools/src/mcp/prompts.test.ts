import { describe, expect, it } from 'vitest';
import { findTool, tools } from '../registry.ts';
import { allPrompts, promptsFor } from './prompts.ts';

const prompts = promptsFor(new Map(tools.map((tool) => [tool.name, tool])));
if (!prompts) throw new Error('there are no prompts');
const textOf = (name: string, args?: Record<string, string>): string => {
  const [message] = prompts.get(name, args).messages;
  return message?.content.type === 'text' ? message.content.text : '';
};
const needed = (name: string): Record<string, string> =>
  Object.fromEntries(
    (allPrompts.find((prompt) => prompt.name === name)?.arguments ?? [])
      .filter(({ required }) => required)
      .map((argument) => [argument.name, 'something']),
  );

/** The calls in a text: a tool's name, and its arguments as JSON. */
function callsIn(text: string): { tool: string; args: unknown }[] {
  return [...text.matchAll(/(coder_[a-z_]+) (\{)/g)].map(({ 1: tool = '', index, 0: found }) => {
    const from = index + found.length - 1;
    for (let to = text.indexOf('}', from); to !== -1; to = text.indexOf('}', to + 1)) {
      try {
        return { tool, args: JSON.parse(text.slice(from, to + 1)) };
      } catch {
        // A brace within; the JSON goes on.
      }
    }
    throw new Error(`no JSON after ${tool}`);
  });
}

describe.each(allPrompts.map(({ name }) => name))('the prompt %s', (name) => {
  it('makes no call that a tool would refuse', () => {
    const calls = callsIn(textOf(name, needed(name)).split('\n---\n')[0] ?? '');
    for (const { tool, args } of calls) {
      expect(findTool(tool)?.input.safeParse(args).error, `${tool} ${JSON.stringify(args)}`).toBeUndefined();
    }
    if (!['work_in_workspace', 'write_template'].includes(name)) expect(calls.length).toBeGreaterThan(3);
  });

  it('says beforehand which tools it calls', () => {
    const own = (textOf(name, needed(name)).split('\n---\n')[0] ?? '').match(/coder_[a-z_]+/g) ?? [];
    const { needs = [] } = allPrompts.find((prompt) => prompt.name === name) ?? {};
    expect([...new Set(own)].filter((tool) => !needs.includes(tool))).toEqual([]);
    expect(needs.filter((tool) => !findTool(tool))).toEqual([]);
  });
});

describe('the prompts', () => {
  it('of the worked examples run as they stand, and with what they are given', () => {
    expect(textOf('project_initialization')).toContain(
      '"name":"web-app","template_id":"node","wait_ms":45000',
    );
    const other = textOf('project_initialization', { project: 'a library', workspace: 'lib', template: '' });
    expect(other).toContain('"name":"lib","template_id":"node"');
    expect(other).toContain('a library');
    expect(textOf('cross_workspace', { staging: 'stage "1"' })).toContain('"to_workspace":"stage \\"1\\""');
    expect(textOf('infrastructure_check')).toContain('coder_workspace_metrics {}');
    expect(textOf('infrastructure_check', { owner: '*' })).toContain(
      'coder_list_workspaces {"owner":"*","limit":100}',
    );
  });

  it('bring the guide to templates along', () => {
    const text = textOf('write_template', { purpose: 'Go services', name: 'go' });
    expect(text).toContain('Go services');
    expect(text).toContain('Publish it as "go"');
    expect(text).toContain('# How to write a template');
  });

  it('are refused without what they need, and by a name that none has', () => {
    expect(() => prompts.get('write_template', { purpose: ' ' })).toThrow(
      'missing required prompt argument: purpose',
    );
    expect(() => prompts.get('work_in_workspaces', {})).toThrow('Did you mean work_in_workspace?');
  });
});
