import {
  ApiError,
  type EvaluatedParameters,
  type TemplateManifest,
  type WorkspaceResource,
} from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { TemplatesDeps } from './deps.ts';
import { findManifest, findVersion } from './find-version.ts';
import { evaluateParameters } from './parameters/evaluate.ts';
import { resolveParameters } from './parameters/resolve.ts';
import { plannedResources } from './planned-resources.ts';

type Question = { readonly id: number; readonly inputs: Readonly<Record<string, string>> };

export type TemplatePlans = {
  /** Throws NOT_FOUND for a version that the actor may not see; otherwise it is what every version answers. */
  nothing(actor: Actor, versionId: string): Promise<[]>;
  /** What a start would make with the default values. Throws CONFLICT where a parameter has none. */
  resources(actor: Actor, versionId: string): Promise<WorkspaceResource[]>;
  evaluate(actor: Actor, versionId: string, question: Question): Promise<EvaluatedParameters>;
  /** What a form is made from. Throws CONFLICT while the version has not been imported. */
  manifest(actor: Actor, versionId: string): Promise<TemplateManifest>;
};

/** What a version asks for, and what it would make. */
export function createTemplatePlans({ db }: Pick<TemplatesDeps, 'db'>): TemplatePlans {
  return {
    async nothing(actor, versionId) {
      await findVersion(db, actor, versionId);
      return [];
    },

    async resources(actor, versionId) {
      const version = await findVersion(db, actor, versionId);
      const manifest = await findManifest(db, actor, versionId);
      const { values, problems } = resolveParameters({ manifest, transition: 'start' });
      const [missing] = problems;
      if (missing) {
        throw new ApiError('CONFLICT', {
          message: `The parameter "${missing.name}" has no default, so what a start makes depends on its value.`,
          detail: 'Ask with a dry run, which takes values.',
        });
      }
      return plannedResources(manifest, {
        values,
        workspace: { name: manifest.name },
        owner: { name: version.username },
        jobId: version.job_id,
        at: version.created_at,
      });
    },

    manifest: (actor, versionId) => findManifest(db, actor, versionId),

    async evaluate(actor, versionId, { id, inputs }) {
      const manifest = await findManifest(db, actor, versionId);
      return { id, ...evaluateParameters(manifest, inputs) };
    },
  };
}
