import { describe, expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { wordsToComplete } from './completion.ts';
import { argumentKinds, kindOf } from './kinds.ts';

describe('the words of a completion', () => {
  it('are those behind the dashes, and only when the shell asks', () => {
    expect(wordsToComplete(['node', 'coder', 'complete', '--', 'show', ''])).toEqual(['show', '']);
    expect(wordsToComplete(['node', 'coder', 'ssh', 'web', '--', 'complete'])).toBeUndefined();
    expect(wordsToComplete(['node', 'coder', 'list'])).toBeUndefined();
  });

  it.each([
    [['show', ''], 'workspace'],
    [['stop', '-y', 'we'], 'workspace'],
    [['oauth2-provider', 'apps', 'secrets', 'create', ''], 'app'],
    [['oauth2-provider', 'connections', 'revoke', '--all', 'Cla'], 'connection'],
    [['templates', 'versions', 'list', ''], 'template'],
    [['templates', ''], undefined],
    [['tokens', 'create', '--name', ''], undefined],
    [[''], undefined],
  ])('%j ask for %s', (words, kind) => {
    expect(kindOf(words)).toBe(kind);
  });

  it('name only commands that there are', () => {
    const paths = new Set<string>();
    const walk = (command: ReturnType<typeof createProgram>, before: string) => {
      for (const child of command.commands) {
        const path = `${before} ${child.name()}`.trim();
        if (child.registeredArguments.length > 0) paths.add(path);
        walk(child, path);
      }
    };
    walk(createProgram(), '');
    expect(Object.keys(argumentKinds).filter((path) => !paths.has(path))).toEqual([]);
  });
});
