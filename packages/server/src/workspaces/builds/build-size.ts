import type { BuildParameter } from '@coder/api';
import type { BuildSize } from '../../quotas/index.ts';
import { type BuildableVersion, instantiate } from '../../templates/index.ts';

/** What a stop or a delete asks for. */
export const noSize: BuildSize = { cpuCores: null, memoryBytes: null, diskBytes: null, dailyCost: 0 };

/** What a start of a version with these values asks for. Throws VALIDATION_FAILED for values that do not fit the template. */
export function sizeOf(
  { manifest }: Pick<BuildableVersion, 'manifest'>,
  values: readonly BuildParameter[],
  names: { workspace: string; owner: string },
): BuildSize {
  const { limits } = instantiate(manifest, {
    values: [...values],
    workspace: { name: names.workspace },
    owner: { name: names.owner },
  });
  const { cpuCores, memoryBytes, diskBytes } = limits;
  return { cpuCores, memoryBytes, diskBytes, dailyCost: manifest.daily_cost ?? 0 };
}
