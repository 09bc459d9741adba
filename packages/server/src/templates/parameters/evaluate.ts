import type {
  Diagnostic,
  EvaluatedParameters,
  ManifestParameter,
  PreviewParameter,
  TemplateManifest,
} from '@coder/api';
import { resolveParameters } from './resolve.ts';
import { checkValue, normaliseValue } from './values.ts';

/**
 * The parameters of a template as a form shows them while it is filled in: with the values that it holds or the defaults,
 * and what is wrong with each. What is wrong with none of them, such as a name that there is not, is said of the whole.
 */
export function evaluateParameters(
  manifest: TemplateManifest,
  inputs: Readonly<Record<string, string>>,
): Omit<EvaluatedParameters, 'id'> {
  const { problems } = resolveParameters({
    manifest,
    given: Object.entries(inputs).map(([name, value]) => ({ name, value })),
    transition: 'start',
  });
  const names = new Set(manifest.parameters.map(({ name }) => name));
  const of = (wanted: string) => problems.filter(({ name }) => name === wanted).map(({ detail }) => detail);
  return {
    diagnostics: problems
      .filter(({ name }) => !names.has(name))
      .map(({ name, detail }) => diagnostic(`Parameter "${name}"`, detail, 'unknown_parameter')),
    parameters: manifest.parameters.map((parameter, order) =>
      preview(parameter, order, inputs[parameter.name], of(parameter.name)),
    ),
  };
}

function diagnostic(summary: string, detail: string, code: string): Diagnostic {
  return { severity: 'error', summary, detail, extra: { code } };
}

function preview(
  parameter: ManifestParameter,
  order: number,
  given: string | undefined,
  problems: readonly string[],
): PreviewParameter {
  const { name, display_name: displayName, validation } = parameter;
  const check = (value: string | undefined) => ({ value: value ?? '', valid: isValid(parameter, value) });
  return {
    name,
    display_name: displayName ?? name,
    description: parameter.description ?? '',
    type: parameter.type,
    form_type: parameter.form_type,
    styling: {},
    mutable: parameter.mutable,
    default_value: check(parameter.default),
    icon: parameter.icon ?? '',
    options: parameter.options.map((option) => ({
      name: option.name,
      description: option.description ?? '',
      value: { value: option.value, valid: true },
      icon: option.icon ?? '',
    })),
    validations: validation
      ? [
          {
            validation_error: validation.error ?? '',
            validation_regex: validation.regex ?? null,
            validation_min: validation.min ?? null,
            validation_max: validation.max ?? null,
            validation_monotonic: validation.monotonic ?? null,
          },
        ]
      : [],
    required: parameter.required,
    order,
    ephemeral: parameter.ephemeral,
    value: check(given ?? parameter.default),
    diagnostics: problems.map((detail) =>
      diagnostic(
        `Parameter "${displayName ?? name}"`,
        detail,
        given === undefined ? 'required' : 'invalid_value',
      ),
    ),
  };
}

function isValid(parameter: ManifestParameter, value: string | undefined): boolean {
  if (value === undefined) return false;
  const normalised = normaliseValue(parameter.type, value);
  return 'value' in normalised && checkValue(parameter, normalised.value) === undefined;
}
