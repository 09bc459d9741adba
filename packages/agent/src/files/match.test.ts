import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentFault } from '../fault.ts';
import { applyEdit } from './match.ts';

const where = { path: '/f', field: 'files.0.edits.0.old_text' };
const edit = (content: string, old_text: string, new_text: string, replace_all = false) =>
  applyEdit(content, { old_text, new_text, replace_all }, where);
const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as AgentFault).code;
  }
  return undefined;
};

describe('the cascade', () => {
  test('exact comes first, even within a line', () => {
    expect(edit('let a = 1;', 'a = 1', 'b = 2')).toEqual({
      content: 'let b = 2;',
      replacements: 1,
      match: 'exact',
    });
  });
  test('then lines without their trailing whitespace', () => {
    expect(edit('one  \ntwo\t\nthree\n', 'one\ntwo', 'x')).toEqual({
      content: 'x\nthree\n',
      replacements: 1,
      match: 'trailing_whitespace',
    });
  });
  test('then lines without any whitespace around them', () => {
    expect(edit('\tif (a) {\n\t\tb();\n\t}\n', 'if (a) {\n  b();\n}\n', 'c();\n')).toEqual({
      content: 'c();\n',
      replacements: 1,
      match: 'surrounding_whitespace',
    });
  });
  test('line ends of Windows are whitespace too, and stay', () => {
    expect(edit('one\r\ntwo\r\nthree\r\n', 'one\ntwo', 'x').content).toBe('x\r\nthree\r\n');
  });
  test('one match is required, unless all are to be replaced', () => {
    expect(codeOf(() => edit('a a', 'a', 'b'))).toBe('edit_ambiguous');
    expect(edit('a a', 'a', 'b', true)).toMatchObject({ content: 'b b', replacements: 2 });
    expect(() => edit('a a a', 'a', 'b')).toThrow(/matches 3 places.*expected exactly 1.*replace_all/);
  });
  test('a text that is not there is refused; so is an empty one, except in an empty file', () => {
    expect(codeOf(() => edit('abc', 'x', 'y'))).toBe('edit_not_found');
    expect(codeOf(() => edit('abc', '   \n ', 'y'))).toBe('edit_not_found');
    expect(codeOf(() => edit('abc', '', 'y'))).toBe('invalid_input');
    expect(edit('', '', 'new').content).toBe('new');
  });
});

test('a unique exact match is replaced there and nowhere else', () => {
  const chars = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\t'), maxLength: 30 });
  fc.assert(
    fc.property(chars, chars, chars, chars, (before, old, after, replacement) => {
      const content = before + old + after;
      fc.pre(
        old !== '' && content.indexOf(old) === content.lastIndexOf(old) && content.split(old).length === 2,
      );
      expect(edit(content, old, replacement)).toEqual({
        content: before + replacement + after,
        replacements: 1,
        match: 'exact',
      });
    }),
  );
});

test('changed indentation is forgiven, and the rest of the file untouched', () => {
  const line = fc.stringMatching(/^[a-z]{1,8}$/);
  const space = fc.constantFrom('', ' ', '  ', '\t');
  fc.assert(
    fc.property(
      fc.uniqueArray(line, { minLength: 3, maxLength: 8 }),
      fc.array(space, { minLength: 8, maxLength: 8 }),
      space,
      (lines, indents, other) => {
        const content = `${lines.map((l, i) => indents[i] + l).join('\n')}\n`;
        const wanted = `${lines
          .slice(1, -1)
          .map((l) => other + l)
          .join('\n')}\n`;
        const result = edit(content, wanted, 'NEW\n');
        // An exact match may begin in the middle of the first line's indentation.
        const first = `${indents[0]}${lines[0]}\n`;
        expect(result.content.startsWith(first)).toBe(true);
        expect(result.content.endsWith(`NEW\n${indents[lines.length - 1]}${lines.at(-1)}\n`)).toBe(true);
        expect(result.content.slice(first.length).trim().startsWith('NEW')).toBe(true);
      },
    ),
  );
});
