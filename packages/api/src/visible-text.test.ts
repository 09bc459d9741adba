import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleLine, visibleText } from './visible-text.ts';

test('what would not show is named, wherever it stands', () => {
  expect(visibleText('rm\u202e -rf\u200b /\u0000')).toEqual([
    { kind: 'plain', text: 'rm' },
    { kind: 'hidden', name: 'U+202E' },
    { kind: 'plain', text: ' -rf' },
    { kind: 'hidden', name: 'U+200B' },
    { kind: 'plain', text: ' /' },
    { kind: 'hidden', name: 'NUL' },
  ]);
  expect(visibleText('a\r\nb\tc')).toEqual([
    { kind: 'plain', text: 'a' },
    { kind: 'hidden', name: 'CR' },
    { kind: 'break' },
    { kind: 'plain', text: 'b' },
    { kind: 'hidden', name: 'tab' },
    { kind: 'plain', text: 'c' },
  ]);
});

test.each([
  ['\u00a0', 'U+00A0'],
  ['\u2066', 'U+2066'],
  ['\u{e0041}', 'U+E0041'],
  ['\ufe0f', 'U+FE0F'],
  ['\u3164', 'U+3164'],
  ['\u2800', 'U+2800'],
  ['\ue000', 'U+E000'],
  ['\u001b', 'ESC'],
  ['\ud800', 'U+D800'],
])('%j does not pass for nothing or for a space', (character, name) => {
  expect(visibleText(`x${character}y`)[1]).toEqual({ kind: 'hidden', name });
});

test('letters of any script stay as they are', () => {
  for (const text of ['привет, 世界', 'مرحبا', 'naïve “café”', '<b>x</b> & $(id)', 'e\u0301']) {
    expect(visibleText(text)).toEqual([{ kind: 'plain', text }]);
  }
});

test('nothing is left out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = visibleText(text)
        .map((part) => {
          if (part.kind === 'plain') return part.text;
          if (part.kind === 'break') return '\n';
          const known = { tab: '\t', CR: '\r', ESC: '\u001b', DEL: '\u007f', NUL: '\0' }[part.name];
          return known ?? String.fromCodePoint(Number.parseInt(part.name.slice(2), 16));
        })
        .join('');
      expect(shown).toBe(text);
    }),
  );
});

test('a line has neither breaks nor anything that would not show', () => {
  expect(visibleLine('a\nb\u202ec\td')).toBe('a b[U+202E]c d');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visibleLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }),
  );
});
