/**
 * One line of CSV (RFC 4180), without its end. A cell that a spreadsheet would compute is given an apostrophe in front:
 * names and programs in the audit log are written by whoever was there.
 */
export function csvLine(cells: readonly string[]): string {
  return cells
    .map((cell) => {
      const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',');
}
