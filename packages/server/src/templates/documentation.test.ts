import { readFileSync } from 'node:fs';
import { templateManifestSchema } from '@coder/api';
import { TEMPLATE_GUIDE } from '@coder/tools/mcp';
import { expect, it } from 'vitest';
import { formatProblem, parseManifest } from './manifest/parse-manifest.ts';

const guide = readFileSync(new URL('../../../../docs/templates.md', import.meta.url), 'utf8');
const examples = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);

const forModels = [...TEMPLATE_GUIDE.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);

it.each(forModels.map((text) => [text]))('the guide for models has an example that is sound:\n%s', (text) => {
  const { problems } = parseManifest(text);
  expect((problems ?? []).map((problem) => formatProblem('template.yaml', problem))).toEqual([]);
});

it('the guide for models shows every section, and is short', () => {
  const sections = Object.keys(templateManifestSchema.shape).filter(
    // An archive's readme has its name by default, and tasks are not made through MCP.
    (name) => name !== 'readme' && name !== 'task',
  );
  const shown = forModels.join('\n');
  expect(sections.filter((name) => !new RegExp(`^${name}:`, 'm').test(shown))).toEqual([]);
  expect(TEMPLATE_GUIDE.length / 4).toBeLessThan(2_000);
});

it.each(examples.map((text) => [text]))('the guide has an example that is sound:\n%s', (text) => {
  const whole = /^runtime:/m.test(text) ? text : `name: example\nruntime: { local: {} }\n${text}`;
  const { problems } = parseManifest(whole);
  expect((problems ?? []).map((problem) => formatProblem('template.yaml', problem))).toEqual([]);
});

it('the guide shows every field of every section', () => {
  const { shape } = templateManifestSchema;
  const { parameters, presets, runtime, agent, apps, schedule } = shape;
  const fields = [
    shape,
    parameters.unwrap().element.shape,
    presets.unwrap().element.shape,
    runtime.shape.local.shape,
    agent.unwrap().shape,
    apps.unwrap().element.shape,
    schedule.unwrap().shape,
  ].flatMap((section) => Object.keys(section));
  const shown = examples.join('\n');
  expect(fields.filter((field) => !new RegExp(`\\b${field}:`).test(shown))).toEqual([]);
});
