import { stripVTControlCharacters } from 'node:util';

/** Control characters, line and paragraph separators, and marks that turn the direction of what follows them. */
const acting = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text from a workspace or a user must neither move the terminal's cursor nor turn the text behind it round: what does is shown
 * as spaces.
 */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(acting, ' ');
}

/** Columns of text under upper-case headings, two spaces apart, as upstream prints its lists. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headings.map((h) => h.toUpperCase()), ...rows.map((row) => row.map(plain))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
