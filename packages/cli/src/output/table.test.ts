import { describe, expect, it } from 'vitest';
import { renderDetails } from './details.ts';
import { bytes, duration } from './print.ts';
import { plain, renderTable } from './table.ts';

describe('a table', () => {
  it('has columns as wide as their longest cell, and no blanks at the ends of lines', () => {
    const rows = [
      ['web', 'running', ''],
      ['a-longer-name', 'ok', 'x'],
    ];
    expect(renderTable(['name', 'status', 'note'], rows)).toBe(
      ['NAME           STATUS   NOTE', 'web            running', 'a-longer-name  ok       x'].join('\n'),
    );
  });

  it('shows what a workspace or a user wrote without letting it move the cursor', () => {
    expect(plain('a\u001b[2Jb\u001b]0;title\u0007c\rd\ne\u009b1mf')).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f]/,
    );
    expect(renderTable(['x'], [['\u001b[31mred\u001b[0m\nline']])).toBe('X\nred line');
  });
});

it.each([...'\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'])(
  'shows %j, which turns text round, as a space',
  (mark) => {
    expect(plain(`a${mark}b`)).toBe('a b');
    expect(renderTable(['x', 'y'], [[`web${mark}`, 'ok']])).toBe('X     Y\nweb   ok');
  },
);

it('details leave out what is empty and give a list a line an entry', () => {
  expect(
    renderDetails([
      ['Name', 'web\u0007'],
      ['Icon', ''],
      ['Redirects', ['a', '', 'b']],
      ['None', []],
    ]),
  ).toBe(['Name       web ', 'Redirects  a', '           b'].join('\n'));
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [1024 ** 3, '1.0 GiB'],
  [5 * 1024 ** 5, '5120.0 TiB'],
])('%d bytes are %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});

it.each([
  [-5, '0s'],
  [400, '0s'],
  [59_600, '1m'],
  [3_600_000, '1h'],
  [90_061_000, '1d1h'],
  [3_605_000, '1h'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
