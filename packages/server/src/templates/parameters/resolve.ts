import type { BuildParameter, ManifestParameter, Validation } from '@coder/api';
import type { ParameterProblem, Resolved, ResolveInput } from '../spec.ts';
import { suggestion } from '../suggest.ts';
import { checkValue, normaliseValue } from './values.ts';

/** The most that all values of a build may hold, since they share one environment. */
const maxTotalBytes = 512 * 1024;

type Sources = {
  readonly given: ReadonlyMap<string, string>;
  readonly preset: ReadonlyMap<string, string>;
  readonly previous: ReadonlyMap<string, string>;
};

/**
 * The values of a build by upstream's rules: what the preset says, else what is given, else what the previous build had
 * (not for ephemeral ones), else the default. A stop or delete takes the previous values as they are and no others.
 */
export function resolveParameters({
  manifest,
  given = [],
  preset,
  previous,
  transition,
}: ResolveInput): Resolved {
  if (transition !== 'start') {
    const problems = given.map(({ name }) => ({
      name,
      detail: `is only valid for start transitions, not for ${transition}`,
    }));
    return { values: previous ?? [], problems };
  }
  const problems: ParameterProblem[] = [];
  const known = new Map(manifest.parameters.map((parameter) => [parameter.name, parameter]));
  const seen = new Set<string>();
  for (const { name } of given) {
    if (!known.has(name))
      problems.push({
        name,
        detail: `is not a parameter of this template.${suggestion(name, known.keys())}`,
      });
    else if (seen.has(name)) problems.push({ name, detail: 'is given more than once' });
    seen.add(name);
  }
  const sources: Sources = {
    given: byName(given),
    preset: byName(preset?.parameters ?? []),
    previous: byName(previous ?? []),
  };
  const values: BuildParameter[] = [];
  for (const parameter of manifest.parameters) {
    const result = resolveOne(parameter, sources);
    if ('detail' in result) problems.push({ name: parameter.name, detail: result.detail });
    else values.push({ name: parameter.name, value: result.value });
  }
  const bytes = values.reduce((sum, { value }) => sum + Buffer.byteLength(value), 0);
  const largest = values.toSorted((a, b) => b.value.length - a.value.length)[0];
  if (largest && bytes > maxTotalBytes) {
    problems.push({
      name: largest.name,
      detail: `makes all values together longer than ${maxTotalBytes / 1024} KiB`,
    });
  }
  return { values, problems };
}

/** The problems as the `validations` of an ApiError. */
export function parameterValidations(problems: readonly ParameterProblem[]): Validation[] {
  return problems.map(({ name, detail }) => ({ field: `rich_parameter_values.${name}`, detail }));
}

type Outcome = { readonly value: string } | { readonly detail: string };

function resolveOne(parameter: ManifestParameter, { given, preset, previous }: Sources): Outcome {
  const { name, type } = parameter;
  const before = parameter.ephemeral ? undefined : previous.get(name);
  const chosen = preset.get(name) ?? given.get(name);
  const raw = chosen ?? before ?? parameter.default;
  if (raw === undefined) return { detail: 'is required' };
  const normalised = normaliseValue(type, raw);
  const problem = 'problem' in normalised ? normalised.problem : checkValue(parameter, normalised.value);
  if (problem !== undefined) return { detail: explain(problem, chosen, before) };
  const value = (normalised as { value: string }).value;
  const changed = before === undefined ? undefined : changeProblem(parameter, before, value);
  return changed === undefined ? { value } : { detail: changed };
}

function explain(problem: string, chosen: string | undefined, before: string | undefined): string {
  if (chosen !== undefined || before === undefined) return problem;
  return `${problem}. It has ${JSON.stringify(before)} from the previous build: give a new value.`;
}

/** Why a value may not follow the one before; a value that is no longer allowed may always be replaced. */
function changeProblem(parameter: ManifestParameter, before: string, value: string): string | undefined {
  const last = normaliseValue(parameter.type, before);
  if ('problem' in last || last.value === value || checkValue(parameter, last.value) !== undefined)
    return undefined;
  if (!parameter.mutable) {
    return `cannot be changed after the workspace has been created (it is ${JSON.stringify(last.value)})`;
  }
  const monotonic = parameter.validation?.monotonic;
  if (monotonic === 'increasing' && Number(value) < Number(last.value)) {
    return `must not become smaller: it was ${last.value}`;
  }
  if (monotonic === 'decreasing' && Number(value) > Number(last.value)) {
    return `must not become greater: it was ${last.value}`;
  }
  return undefined;
}

function byName(values: readonly BuildParameter[]): Map<string, string> {
  return new Map(values.map(({ name, value }) => [name, value]));
}
