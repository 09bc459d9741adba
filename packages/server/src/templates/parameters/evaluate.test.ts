import { previewParameterSchema } from '@coder/api';
import { expect, it } from 'vitest';
import { parseManifest } from '../manifest/parse-manifest.ts';
import { evaluateParameters } from './evaluate.ts';

const { manifest } = parseManifest(`
name: t
runtime: { local: {} }
parameters:
  - { name: project, description: What it is called, validation: { regex: "^[a-z]+$", error: "Use letters." } }
  - { name: cpus, display_name: Cores, type: number, default: 2, mutable: true, validation: { min: 1, max: 8 } }
  - { name: region, default: eu, options: [{ name: Europe, value: eu, icon: /eu.svg }, { name: America, value: us }] }
`);
const evaluate = (inputs: Record<string, string>) => evaluateParameters(manifest!, inputs);

it('shows a form with its defaults, and what is missing', () => {
  const { diagnostics, parameters } = evaluate({});
  expect(diagnostics).toEqual([]);
  for (const parameter of parameters) previewParameterSchema.parse(parameter);
  expect(parameters.map(({ name, order }) => [name, order])).toEqual([
    ['project', 0],
    ['cpus', 1],
    ['region', 2],
  ]);
  expect(parameters[0]).toMatchObject({
    required: true,
    value: { value: '', valid: false },
    default_value: { value: '', valid: false },
    validations: [{ validation_regex: '^[a-z]+$', validation_error: 'Use letters.', validation_min: null }],
    diagnostics: [{ severity: 'error', detail: 'is required', extra: { code: 'required' } }],
  });
  expect(parameters[1]).toMatchObject({
    display_name: 'Cores',
    mutable: true,
    value: { value: '2', valid: true },
    diagnostics: [],
  });
  expect(parameters[2]?.options).toEqual([
    { name: 'Europe', description: '', value: { value: 'eu', valid: true }, icon: '/eu.svg' },
    { name: 'America', description: '', value: { value: 'us', valid: true }, icon: '' },
  ]);
});

it('keeps what was entered and says what is wrong with it', () => {
  const { diagnostics, parameters } = evaluate({ project: 'W1', cpus: '9', region: 'us', colour: 'red' });
  expect(parameters.map(({ value }) => value)).toEqual([
    { value: 'W1', valid: false },
    { value: '9', valid: false },
    { value: 'us', valid: true },
  ]);
  expect(parameters.map((each) => each.diagnostics.map(({ detail }) => detail))).toEqual([
    ['Use letters.'],
    ['must be between 1 and 8'],
    [],
  ]);
  expect(diagnostics).toMatchObject([
    { severity: 'error', summary: 'Parameter "colour"', extra: { code: 'unknown_parameter' } },
  ]);
});
