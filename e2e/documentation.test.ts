import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const named = new Set(
  read('docs/architecture.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name)),
);

test.each(['packages', 'packages/server/src'])('the architecture page names every folder of %s', (folder) => {
  const folders = readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(folders.filter((name) => !named.has(name))).toEqual([]);
});

const pages = [...globSync(['*.md', 'docs/**/*.md'], { cwd: root })].sort();

/** The anchor that a heading is given, as code hosts make it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (path: string) =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));

test.each(pages)('every link and picture of %s leads somewhere', (path) => {
  const lost: string[] = [];
  for (const [, target = ''] of read(path).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [file = '', anchor] = target.split('#', 2);
    const to = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(root, to))) lost.push(target);
    else if (anchor !== undefined && !anchorsOf(to).includes(anchor)) lost.push(target);
  }
  expect(lost).toEqual([]);
});

/** The commands of the reference page, which is made from the program: the words of each, and its flags. */
const reference = read('docs/reference/cli.md')
  .split(/^### /m)
  .map((section) => ({
    words: /^`coder ([a-z0-9 -]+)/.exec(section)?.[1]?.trim().split(' ') ?? [],
    flags: [...section.matchAll(/`[^`]*?(--[a-z-]+)/g)].map(([, flag]) => flag),
  }));
const everywhere = [
  ...(reference[0]?.flags ?? []),
  // `coder server` takes every option of the configuration.
  ...[...read('docs/reference/configuration.md').matchAll(/^### `(--[a-z0-9-]+)`/gm)].map(([, flag]) => flag),
  '--help',
];

/** What is wrong with a line that a reader may copy, or undefined. */
function problemOf(line: string): string | undefined {
  const words = (line.split(/\s+#|\s\\$/)[0] ?? '').split(/\s+/).slice(1);
  const command = reference
    .filter(({ words: of }) => of.length > 0 && of.every((word, at) => word === words[at]))
    .sort((a, b) => b.words.length - a.words.length)[0];
  if (words[0]?.startsWith('--')) return undefined;
  if (!command) return `no such command: ${line}`;
  const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? '');
  const unknown = flags.find((flag) => ![...command.flags, ...everywhere].includes(flag));
  return unknown && `${unknown} is no flag of: ${line}`;
}

test.each(pages)('every command in %s is one that the program has', (path) => {
  const problems: string[] = [];
  for (const [, block = ''] of read(path).matchAll(/^ *```sh\n(.*?)^ *```/gms)) {
    // A line may hold several, set variables first, or have another client start ours (`… -- coder exp mcp server`).
    for (const part of block.split(/\n|&&|\||\s--\s/)) {
      const written = part.trim().replace(/^(?:[A-Z_]+=\S+ )*/, '');
      const problem = written.startsWith('coder ') && problemOf(written);
      if (problem) problems.push(problem);
    }
  }
  expect(problems).toEqual([]);
});
