import type { BuildParameter } from '@coder/api';
import type { VersionPreset } from '../spec.ts';

/**
 * The preset to bind a build to that asked for none: one whose every parameter the values hold exactly. Of several the
 * one that says most, and of those the first.
 */
export function matchingPreset(
  presets: readonly VersionPreset[],
  values: readonly BuildParameter[],
): VersionPreset | undefined {
  const held = new Map(values.map(({ name, value }) => [name, value]));
  return presets
    .filter(
      ({ parameters }) => parameters.length > 0 && parameters.every((p) => held.get(p.name) === p.value),
    )
    .toSorted((a, b) => b.parameters.length - a.parameters.length)[0];
}
