import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  const destination = { write: (line: string) => (text += line) };
  write(createLogger({ level: 'info', format: 'human', destination }));
  return text.replace(/^\S+ /, '');
}

it('writes words as they are, and quotes what is more than one', () => {
  const line = logged((log) =>
    log.info({ url: 'http://x/', name: 'a b', n: 1, list: ['é 世'] }, 'all is well'),
  );
  expect(line).toBe('info  all is well url=http://x/ name="a b" n=1 list=["é 世"]\n');
});

it.each([
  ['\u001b', '\\u001b'],
  ['\u0007', '\\u0007'],
  ['\0', '\\u0000'],
  ['\u007f', '\\u007f'],
  ['\u009b', '\\u009b'],
  ['\u202e', '\\u202e'],
  ['\u2066', '\\u2066'],
  ['\u061c', '\\u061c'],
  ['\u2028', '\\u2028'],
  ['\u{e0041}', '\\udb40\\udc41'],
])('lets no %j through, wherever it stands', (character, written) => {
  const text = `a${character}b`;
  const line = logged((log) =>
    log.error({ path: text, [text]: 1, deep: { [text]: [text] }, err: new Error(text) }, text),
  );
  const shown = `a${written}b`;
  expect(line).toContain(`error ${shown} path="${shown}" "${shown}"=1 deep={"${shown}":["${shown}"]}\n`);
  expect(line).toContain(`Error: ${shown}\n      at `);
  expect(line).not.toContain(character);
});

it('keeps a text of several lines from looking like lines of the log', () => {
  const forged = 'x\n00:00:00.000 info  all is well\r';
  const line = logged((log) => log.info({ path: forged, err: new Error(forged) }, forged));
  for (const [index, part] of line.trimEnd().split('\n').entries()) {
    if (index > 0) expect(part).toMatch(/^ {2}/);
  }
  expect(line).not.toContain('\r');
});
