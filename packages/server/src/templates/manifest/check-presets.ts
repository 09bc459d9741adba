import { checkValue, normaliseValue } from '../parameters/values.ts';
import { suggestion } from '../suggest.ts';
import type { Draft } from './draft.ts';
import type { Report } from './finding.ts';

/** Checks that presets have names of their own, and give known parameters values that these allow. */
export function checkPresets(draft: Draft, report: Report): void {
  const names = new Set<string>();
  let defaultName: string | undefined;
  for (const { index, value: preset } of draft.presets) {
    const path = ['presets', index] as const;
    if (names.has(preset.name.toLowerCase())) report([...path, 'name'], 'is taken by another preset');
    names.add(preset.name.toLowerCase());
    if (preset.default && defaultName !== undefined) {
      report([...path, 'default'], `must not be true: "${defaultName}" is the default preset already`);
    }
    if (preset.default) defaultName ??= preset.name;
    for (const [name, raw] of Object.entries(preset.parameters)) {
      const at = [...path, 'parameters', name];
      if (!draft.names.has(name)) {
        report(at, `is not a parameter of this template.${suggestion(name, draft.names)}`, { key: true });
        continue;
      }
      const parameter = draft.checked.get(name);
      if (!parameter) continue;
      const normalised = normaliseValue(parameter.type, raw);
      const problem = 'problem' in normalised ? normalised.problem : checkValue(parameter, normalised.value);
      if (problem !== undefined) report(at, problem);
    }
  }
}
