import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MANIFEST_SCHEMA_FILE } from './index.ts';
import { manifestJsonSchema } from './manifest-json-schema.ts';

it('is what is published for editors; otherwise run "npm run template-schema -w packages/api"', () => {
  const published = readFileSync(new URL(`../../../${MANIFEST_SCHEMA_FILE}`, import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(manifestJsonSchema());
});

it('knows every section and asks for the name and the runtime only', () => {
  const schema = manifestJsonSchema() as { properties: object; required: string[] };
  expect(Object.keys(schema.properties)).toEqual([
    'name',
    'display_name',
    'description',
    'icon',
    'readme',
    'parameters',
    'presets',
    'runtime',
    'agent',
    'apps',
    'schedule',
    'daily_cost',
    'task',
  ]);
  expect(schema.required).toEqual(['name', 'runtime']);
});
