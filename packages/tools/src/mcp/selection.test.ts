import { describe, expect, it } from 'vitest';
import { tools } from '../registry.ts';
import { toolsets } from '../toolsets.ts';
import { type Selection, SelectionError, type SelectionInput, selectTools } from './selection.ts';

const said = (input: Record<string, string>): SelectionInput =>
  Object.fromEntries(Object.entries(input).map(([field, text]) => [field, { name: `X-${field}`, text }]));
const select = (input: Record<string, string> = {}): Selection => selectTools(said(input));
const names = (input: Record<string, string>) => select(input).tools.map(({ name }) => name);
const all = (toolset: string) => names({ toolset });

function refusal(input: Record<string, string>): string {
  try {
    select(input);
  } catch (error) {
    if (error instanceof SelectionError) return `${error.message}. ${error.hint}`;
  }
  throw new Error('it was not refused');
}

describe('a selection', () => {
  it('is standard unless something else is said', () => {
    expect(select()).toMatchObject({ toolset: 'standard', isNarrowed: false, isExact: false });
    expect(all('readonly').length).toBeLessThan(all('standard').length);
  });

  it('keeps of its toolset what any of further ones has', () => {
    expect(names({ toolsets: 'workspace' })).toEqual(all('workspace'));
    const both = names({ toolset: 'standard', toolsets: ' workspace, readonly,' });
    expect(new Set(both)).toEqual(new Set([...all('workspace'), ...all('readonly')]));
    expect(names({ toolset: 'workspace', toolsets: 'standard' })).toEqual(all('workspace'));
  });

  it('keeps certain tools, or all but certain ones, or those that change nothing', () => {
    const two = 'coder_workspace_bash,coder_list_workspaces';
    expect(names({ tools: two })).toEqual(['coder_list_workspaces', 'coder_workspace_bash']);
    expect(select({ tools: two })).toMatchObject({ isNarrowed: true, isExact: true });
    expect(names({ exclude: two })).toHaveLength(all('standard').length - 2);
    expect(names({ readonly: 'TRUE', tools: two })).toEqual(['coder_list_workspaces']);
    expect(select({ readonly: 'false' }).isNarrowed).toBe(false);
    // What the toolset lacks anyway may be left out.
    expect(names({ toolset: 'workspace', exclude: 'coder_delete_template' })).toEqual(all('workspace'));
  });

  it('never holds more than its toolset, whatever else is said', () => {
    for (const toolset of toolsets) {
      for (const toolsetsSaid of ['', ...toolsets, toolsets.join(',')]) {
        for (const readonly of ['', 'true']) {
          const input = {
            toolset,
            ...(toolsetsSaid && { toolsets: toolsetsSaid }),
            ...(readonly && { readonly }),
          };
          let found: string[];
          try {
            found = names(input);
          } catch {
            continue;
          }
          expect(found.filter((name) => !all(toolset).includes(name))).toEqual([]);
        }
      }
    }
  });

  it.each([
    [
      { toolset: 'all' },
      'Invalid toolset in X-toolset: all. Use one of: standard, workspace, readonly, chatgpt.',
    ],
    [{ toolsets: 'standard,workspaces' }, 'in X-toolsets: workspaces. Did you mean workspace?'],
    [
      { tools: 'coder_workspace_bsh' },
      'Unknown tool in X-tools: coder_workspace_bsh. Did you mean coder_workspace_bash?',
    ],
    [{ tools: 'zzz' }, `Known tools: ${tools[0]?.name}`],
    [{ exclude: 'coder_list_workspace' }, 'Did you mean coder_list_workspaces?'],
    [{ tools: 'search' }, 'The tool search in X-tools is not in the toolset standard. It is in: chatgpt.'],
    [{ toolset: 'workspace', tools: 'coder_delete_template' }, 'is not in the toolset workspace'],
    [{ readonly: 'maybe' }, 'X-readonly is "maybe". It must be true or false.'],
    [{ toolsets: 'chatgpt' }, 'No tool of the toolset standard is left with X-toolsets "chatgpt"'],
    [
      { readonly: 'true', tools: 'coder_workspace_bash' },
      'X-tools "coder_workspace_bash" and X-readonly "true"',
    ],
  ])('refuses %j and says what would do', (input, text) => {
    expect(refusal(input as Record<string, string>)).toContain(text);
  });
});
