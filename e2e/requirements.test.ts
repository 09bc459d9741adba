import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { requirements } from './requirements.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

test('every requirement has a test that verifies it', () => {
  const cited = new Set<string>();
  for (const file of globSync('**/*.test.ts', { cwd: folder })) {
    const source = readFileSync(`${folder}${file}`, 'utf8');
    for (const [, id] of source.matchAll(/verifies\(\s*'([^']+)'/g)) if (id !== undefined) cited.add(id);
  }
  const missing = requirements.map((r) => r.id).filter((id) => !cited.has(id));
  expect(missing).toEqual([]);
});

test('requirement ids are unique', () => {
  const ids = requirements.map((r) => r.id);
  expect(new Set(ids).size).toBe(ids.length);
});
