import { expect, it } from 'vitest';
import { csvLine } from './csv.ts';

it.each([
  [['a', '', 'b c'], 'a,,b c'],
  [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"'],
  [['=1+1', '@x', '+1', '-1', '\tx'], `'=1+1,'@x,'+1,'-1,'\tx`],
  [['=a,"b"'], `"'=a,""b"""`],
])('a line of CSV of %j', (cells, line) => {
  expect(csvLine(cells)).toBe(line);
});
