import type { TemplateManifest } from '@coder/api';
import type { TemplatesDeps } from './deps.ts';

/** Why this deployment could not run what a manifest asks for; undefined when it could. */
export async function runtimeProblem(
  { runtime }: Pick<TemplateManifest, 'runtime'>,
  checkRuntime: TemplatesDeps['checkRuntime'],
): Promise<string | undefined> {
  for (const name of Object.keys(runtime)) {
    try {
      await checkRuntime(name);
    } catch (error) {
      return `This server cannot run the ${name} runtime: ${(error as Error).message}`;
    }
  }
  return undefined;
}
