import type { BuildParameter, ManifestParameter, TemplateManifest } from '@coder/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../manifest/parse-manifest.ts';
import { matchingPreset } from './presets.ts';
import { parameterValidations, resolveParameters } from './resolve.ts';
import { checkValue, normaliseValue, patternProblem } from './values.ts';

function manifestWith(parameters: string): TemplateManifest {
  const { manifest, problems } = parseManifest(`name: t\nruntime: { local: {} }\nparameters:\n${parameters}`);
  expect(problems).toBeUndefined();
  return manifest!;
}

const values = (record: Record<string, string>): BuildParameter[] =>
  Object.entries(record).map(([name, value]) => ({ name, value }));
const asRecord = (list: readonly BuildParameter[]) => Object.fromEntries(list.map((p) => [p.name, p.value]));

const manifest = manifestWith(`
  - { name: project, validation: { regex: "^[a-z]+$", error: "Use letters, not {value}." } }
  - { name: cpus, type: number, default: 2, mutable: true, validation: { min: 1, max: 8 } }
  - { name: disk, type: number, default: 10, mutable: true, validation: { monotonic: increasing } }
  - { name: region, default: eu, options: [{ name: Europe, value: eu }, { name: America, value: us }] }
  - { name: reset, type: bool, default: false, mutable: true, ephemeral: true }
  - { name: tools, type: list(string), mutable: true, default: [git], form_type: multi-select, options: [{ name: Git, value: git }, { name: Go, value: go }] }
`);
const created = values({
  project: 'web',
  cpus: '4',
  disk: '20',
  region: 'us',
  reset: 'true',
  tools: '["go"]',
});
const start = (given: Record<string, string>, previous?: BuildParameter[]) =>
  resolveParameters({ manifest, given: values(given), previous, transition: 'start' });

describe('resolveParameters', () => {
  it('takes what is given and the defaults for the rest', () => {
    const { values: resolved, problems } = start({ project: 'web', cpus: '4.0' });
    expect(problems).toEqual([]);
    expect(asRecord(resolved)).toEqual({
      project: 'web',
      cpus: '4',
      disk: '10',
      region: 'eu',
      reset: 'false',
      tools: '["git"]',
    });
  });

  it('tells every problem at once', () => {
    const { problems } = start({
      cpus: '9',
      disk: 'big',
      region: 'asia',
      reset: 'yes',
      tools: '["rust"]',
      porject: 'x',
    });
    expect(problems).toEqual([
      { name: 'porject', detail: 'is not a parameter of this template. Did you mean "project"?' },
      { name: 'project', detail: 'is required' },
      { name: 'cpus', detail: 'must be between 1 and 8' },
      { name: 'disk', detail: 'must be a number, such as 2 or 0.5' },
      { name: 'region', detail: '"asia" is not one of the options: "eu", "us"' },
      { name: 'reset', detail: 'must be true or false' },
      { name: 'tools', detail: '"rust" is not one of the options: "git", "go"' },
    ]);
    expect(parameterValidations(problems)[1]).toEqual({
      field: 'rich_parameter_values.project',
      detail: 'is required',
    });
  });

  it("shows the template's own words for a value that breaks its pattern", () => {
    expect(start({ project: 'W1' }).problems).toEqual([{ name: 'project', detail: 'Use letters, not W1.' }]);
  });

  it('refuses a parameter that is given twice', () => {
    const given = [...values({ project: 'a' }), ...values({ project: 'b' })];
    const { problems } = resolveParameters({ manifest, given, transition: 'start' });
    expect(problems).toEqual([{ name: 'project', detail: 'is given more than once' }]);
  });

  it('carries the previous values over, but not the ephemeral ones', () => {
    const { values: resolved, problems } = start({}, created);
    expect(problems).toEqual([]);
    expect(asRecord(resolved)).toEqual({ ...asRecord(created), reset: 'false' });
  });

  it('lets mutable parameters change and holds immutable and monotonic ones', () => {
    expect(start({ cpus: '1', disk: '21', reset: 'true' }, created).problems).toEqual([]);
    expect(start({ region: 'eu', project: 'api', disk: '19' }, created).problems).toEqual([
      { name: 'project', detail: 'cannot be changed after the workspace has been created (it is "web")' },
      { name: 'disk', detail: 'must not become smaller: it was 20' },
      { name: 'region', detail: 'cannot be changed after the workspace has been created (it is "us")' },
    ]);
  });

  it('asks for a new value when a new version no longer allows the old one, and then takes it', () => {
    const old = values({ ...asRecord(created), region: 'asia' });
    expect(start({}, old).problems).toEqual([
      {
        name: 'region',
        detail: expect.stringContaining('It has "asia" from the previous build: give a new value.'),
      },
    ]);
    expect(start({ region: 'eu' }, old).problems).toEqual([]);
  });

  it('lets a preset win over what is given', () => {
    const preset = { name: 'Small', parameters: values({ cpus: '1' }) };
    const { values: resolved } = resolveParameters({
      manifest,
      given: values({ project: 'web', cpus: '8' }),
      preset,
      transition: 'start',
    });
    expect(asRecord(resolved).cpus).toBe('1');
  });

  it('takes the previous values for a stop, and no others', () => {
    expect(resolveParameters({ manifest, previous: created, transition: 'stop' })).toEqual({
      values: created,
      problems: [],
    });
    const { problems } = resolveParameters({
      manifest,
      given: values({ cpus: '1' }),
      previous: created,
      transition: 'delete',
    });
    expect(problems).toEqual([
      { name: 'cpus', detail: 'is only valid for start transitions, not for delete' },
    ]);
  });

  it('bounds one value and all of them together', () => {
    const many = manifestWith(Array.from({ length: 10 }, (_, i) => `  - { name: p${i} }`).join('\n'));
    const given = (size: number) => many.parameters.map(({ name }) => ({ name, value: 'x'.repeat(size) }));
    expect(
      resolveParameters({ manifest: many, given: given(65_537), transition: 'start' }).problems,
    ).toHaveLength(10);
    expect(resolveParameters({ manifest: many, given: given(60_000), transition: 'start' }).problems).toEqual(
      [{ name: 'p0', detail: expect.stringContaining('longer than 512 KiB') }],
    );
  });

  it('is settled: what it accepted it accepts again, unchanged', () => {
    const given = fc.record(
      {
        project: fc.stringMatching(/^[a-z]{1,8}$/),
        cpus: fc.integer({ min: 1, max: 8 }).map(String),
        disk: fc.float({ min: 0, max: 1000, noNaN: true }).map((n) => n.toFixed(2)),
        region: fc.constantFrom('eu', 'us'),
        tools: fc.subarray(['git', 'go']).map((list) => JSON.stringify(list)),
      },
      { requiredKeys: ['project'] },
    );
    fc.assert(
      fc.property(given, (record) => {
        const first = start(record as Record<string, string>);
        expect(first.problems).toEqual([]);
        const again = start({}, [...first.values]);
        expect(again).toEqual(first);
        expect(start(asRecord(first.values), [...first.values])).toEqual(first);
      }),
    );
  });

  it('never accepts a value that its parameter does not allow', () => {
    const parameter = fc.constantFrom(...manifest.parameters);
    fc.assert(
      fc.property(parameter, fc.string(), ({ name }, value) => {
        const { values: resolved, problems } = start({ project: 'web', [name]: value });
        if (problems.length > 0) return;
        for (const [index, p] of manifest.parameters.entries())
          expect(checkValue(p, resolved[index]!.value)).toBeUndefined();
      }),
    );
  });
});

describe('normaliseValue', () => {
  it.each([
    ['number', '007', '7'],
    ['number', '-0.0', '0'],
    ['number', '1.50', '1.5'],
    ['bool', true, 'true'],
    ['list(string)', '[ "a" ]', '["a"]'],
  ] as const)('writes the %s %j as %j', (type, raw, value) => {
    expect(normaliseValue(type, raw)).toEqual({ value });
  });

  it.each([
    ['number', '1e3'],
    ['number', ' 1'],
    ['number', '99999999999999999999'],
    ['number', '0.00000001'],
    ['bool', 'True'],
    ['list(string)', '[1]'],
    ['list(string)', '{}'],
    ['list(string)', '["\\u0000"'],
    ['string', 'a\0b'],
    ['string', 'a\ud800'],
  ] as const)('refuses the %s %j', (type, raw) => {
    expect(normaliseValue(type, raw)).toHaveProperty('problem');
  });
});

it.each(['^(a+)+$', '(a|a)*b', '^(a?){90}a{90}$', '[a-z]{990}!'])(
  'checks the pattern %s quickly',
  (regex) => {
    expect(patternProblem(regex)).toBeUndefined();
    const parameter: ManifestParameter = { ...manifest.parameters[0]!, options: [], validation: { regex } };
    const started = performance.now();
    expect(checkValue(parameter, `${'a'.repeat(4_095)}?`)).toContain('must match');
    expect(checkValue(parameter, 'a'.repeat(4_097))).toContain('at most 4096 characters');
    expect(performance.now() - started).toBeLessThan(2_000);
  },
);

it.each(['(a{1000}){1000}', '[a-z]{1000}[a-z]{1000}'])('refuses the pattern %s', (regex) => {
  expect(patternProblem(regex)).toBeDefined();
});

it('matches the preset that says most, only when every value agrees', () => {
  const preset = (id: string, parameters: Record<string, string>) => ({
    id,
    name: id,
    description: '',
    icon: '',
    isDefault: false,
    parameters: values(parameters),
  });
  const presets = [
    preset('empty', {}),
    preset('one', { cpus: '4' }),
    preset('two', { cpus: '4', region: 'us' }),
    preset('no', { cpus: '4', region: 'eu', disk: '20' }),
  ];
  expect(matchingPreset(presets, created)?.id).toBe('two');
  expect(matchingPreset(presets, values({ cpus: '1' }))).toBeUndefined();
});
