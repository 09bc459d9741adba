import type { ManifestParameter, ManifestSource, ParameterType } from '@coder/api';
import { checkValue, normaliseValue, patternProblem } from '../parameters/values.ts';
import { parameterVariable } from '../references.ts';
import type { Draft } from './draft.ts';
import type { Report } from './finding.ts';

type Source = ManifestSource['parameters'][number];
type FormType = ManifestParameter['form_type'];

/** The controls that fit a type, with and without options; the first is the default. */
const controls: Record<ParameterType, { plain: FormType[]; options: FormType[] }> = {
  string: { plain: ['input', 'textarea'], options: ['radio', 'dropdown'] },
  number: { plain: ['input', 'slider'], options: ['radio', 'dropdown'] },
  bool: { plain: ['checkbox', 'switch'], options: ['radio', 'dropdown'] },
  'list(string)': { plain: ['tag-select'], options: ['radio', 'multi-select'] },
};

/** Checks every parameter by itself and for its name, and keeps the sound ones in the draft. */
export function checkParameters(draft: Draft, report: Report): void {
  const variables = new Map<string, string>();
  for (const { index, value } of draft.parameters) {
    const path = ['parameters', index] as const;
    const variable = parameterVariable(value.name);
    const other = variables.get(variable);
    if (other !== undefined) {
      const message = `is taken: "${other}" has the same name, or the same variable ${variable} in scripts`;
      report([...path, 'name'], message);
    }
    variables.set(variable, value.name);
    let sound = true;
    const parameter = checkParameter(value, (at, message) => {
      sound = false;
      report([...path, ...at], message);
    });
    if (sound && parameter) draft.checked.set(value.name, parameter);
  }
}

function checkParameter(source: Source, report: Report): ManifestParameter | undefined {
  const { default: _default, options: _options, required, form_type, ...rest } = source;
  const options = checkOptions(source, report);
  const parameter: ManifestParameter = {
    ...rest,
    form_type: checkControl(source, report),
    required: required ?? (source.default === undefined && !source.ephemeral),
    options,
  };
  const sound = checkValidation(source, report);
  if (source.ephemeral && !source.mutable)
    report(['ephemeral'], 'needs "mutable: true", since it changes with every build');
  const value = checkDefault(source, report);
  if (value !== undefined) parameter.default = value;
  if (!sound) return undefined;
  const problem = value === undefined ? undefined : checkValue(parameter, value);
  if (problem !== undefined && source.default !== undefined) report(['default'], problem);
  const alone = { ...parameter, options: [] };
  for (const [index, option] of options.entries()) {
    const wrong = checkValue(alone, option.value);
    if (wrong !== undefined) report(['options', index, 'value'], wrong);
  }
  return parameter;
}

function checkControl({ type, form_type, options }: Source, report: Report): FormType {
  const fitting = controls[type][options?.length ? 'options' : 'plain'];
  if (form_type === undefined) return fitting[0]!;
  if (!fitting.includes(form_type)) {
    const which = options?.length ? 'with options' : 'without options';
    report(['form_type'], `does not fit a ${type} parameter ${which}. Use ${fitting.join(' or ')}.`);
  }
  return form_type;
}

function checkOptions(source: Source, report: Report): ManifestParameter['options'] {
  const type = source.form_type === 'multi-select' ? 'string' : source.type;
  const seen = { name: new Set<string>(), value: new Set<string>() };
  return (source.options ?? []).flatMap((option, index) => {
    const path = ['options', index] as const;
    const normalised = normaliseValue(type, option.value);
    if ('problem' in normalised) {
      report([...path, 'value'], normalised.problem);
      return [];
    }
    const text = { name: option.name, value: normalised.value };
    for (const key of ['name', 'value'] as const) {
      if (seen[key].has(text[key])) report([...path, key], 'is used by another option of this parameter');
      seen[key].add(text[key]);
    }
    return [{ ...option, value: normalised.value }];
  });
}

/** The text of the default: the given one, or what an optional parameter has without one. */
function checkDefault(source: Source, report: Report): string | undefined {
  if (source.default !== undefined) {
    if (source.required) report(['required'], 'contradicts the default: leave one of them out');
    const normalised = normaliseValue(source.type, source.default);
    if ('value' in normalised) return normalised.value;
    report(['default'], normalised.problem);
    return undefined;
  }
  if (source.ephemeral && source.required !== false) {
    report(['ephemeral'], 'needs a default, for the builds that do not give a value');
  } else if (source.required === false) {
    if (source.type === 'string' && !source.options?.length) return '';
    if (source.type === 'list(string)') return '[]';
    report(['required'], 'needs a default, for those who give no value');
  }
  return undefined;
}

function checkValidation({ type, validation }: Source, report: Report): boolean {
  if (!validation) return true;
  const { regex, error, min, max, monotonic } = validation;
  const at = (key: string) => ['validation', key];
  if (regex !== undefined && type !== 'string') report(at('regex'), 'is for string parameters only');
  for (const [key, value] of Object.entries({ min, max, monotonic })) {
    if (value !== undefined && type !== 'number') report(at(key), 'is for number parameters only');
  }
  if (min !== undefined && max !== undefined && min > max) report(at('min'), 'must not be greater than max');
  if (error !== undefined && regex === undefined && min === undefined && max === undefined) {
    report(at('error'), 'is never shown: there is no regex, min or max');
  }
  const problem = regex === undefined ? undefined : patternProblem(regex);
  if (problem !== undefined) report(at('regex'), problem);
  return problem === undefined;
}
