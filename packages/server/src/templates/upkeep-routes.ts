import { api } from '../http/index.ts';
import type { DryRuns } from './dry-runs.ts';
import type { TemplatePlans } from './plans.ts';
import type { TemplateUpkeep } from './upkeep.ts';

/** The routes that keep a template's versions in order. */
export const templateUpkeepRoutes = ({ upkeep }: { readonly upkeep: TemplateUpkeep }) => ({
  examples: api.templates.examples.handler(({ context }) => upkeep.examples(context.actor!)),
  examplesInOrganization: api.templates.examplesInOrganization.handler(({ input, context }) =>
    upkeep.examples(context.actor!, input.organization),
  ),
  versionInOrganization: api.templates.versionInOrganization.handler(({ input, context }) =>
    upkeep.byNames(context.actor!, input),
  ),
  previousVersion: api.templates.previousVersion.handler(({ input, context }) =>
    upkeep.previous(context.actor!, input),
  ),
  archiveVersions: api.templates.archiveVersions.handler(async ({ input: { template, all }, context }) => {
    const { name, archivedIds } = await upkeep.archiveUnused(context.actor!, template, all);
    context.audit.target(template, name);
    context.audit.field('archived', archivedIds);
    return { template_id: template, archived_ids: archivedIds };
  }),
});

/** The same of a single version. */
export const versionUpkeepRoutes = ({ upkeep }: { readonly upkeep: TemplateUpkeep }) => ({
  cancel: api.templateVersions.cancel.handler(async ({ input: { version }, context }) => {
    context.audit.target(version, await upkeep.cancel(context.actor!, version));
    return { message: 'The import was canceled.' };
  }),
  archive: api.templateVersions.archive.handler(async ({ input: { version }, context }) => {
    context.audit.target(version, await upkeep.archive(context.actor!, version));
    context.audit.diff('archived', false, true);
    return { message: 'The version is archived.' };
  }),
  unarchive: api.templateVersions.unarchive.handler(async ({ input: { version }, context }) => {
    context.audit.target(version, await upkeep.unarchive(context.actor!, version));
    context.audit.diff('archived', true, false);
    return { message: 'The version is no longer archived.' };
  }),
});

/** The routes that tell what a version would ask for and make. */
export const templatePlanRoutes = ({
  plans,
  dryRuns,
}: {
  readonly plans: TemplatePlans;
  readonly dryRuns: DryRuns;
}) => {
  const { variables, externalAuth, resources, evaluate } = api.templateVersions;
  return {
    variables: variables.handler(({ input, context }) => plans.nothing(context.actor!, input.version)),
    externalAuth: externalAuth.handler(({ input, context }) => plans.nothing(context.actor!, input.version)),
    resources: resources.handler(({ input, context }) => plans.resources(context.actor!, input.version)),
    evaluate: evaluate.handler(({ input: { version, ...question }, context }) =>
      plans.evaluate(context.actor!, version, question),
    ),
    createDryRun: api.templateVersions.createDryRun.handler(
      async ({ input: { version, ...request }, context }) => {
        const name = request.workspace_name ?? '';
        context.audit.target('', name);
        context.audit.field('template_version_id', version);
        const job = await dryRuns.create(context.actor!, version, request);
        context.audit.target(job.id, name);
        return job;
      },
    ),
    dryRun: api.templateVersions.dryRun.handler(({ input: { version, job }, context }) =>
      dryRuns.get(context.actor!, version, job),
    ),
    dryRunResources: api.templateVersions.dryRunResources.handler(({ input: { version, job }, context }) =>
      dryRuns.resources(context.actor!, version, job),
    ),
    dryRunLogs: api.templateVersions.dryRunLogs.handler(({ input: { version, job, ...input }, context }) =>
      dryRuns.logs(context.actor!, version, job, input),
    ),
    dryRunProvisioners: api.templateVersions.dryRunProvisioners.handler(
      ({ input: { version, job }, context }) => dryRuns.provisioners(context.actor!, version, job),
    ),
    cancelDryRun: api.templateVersions.cancelDryRun.handler(({ input: { version, job }, context }) => {
      context.audit.target(job, '');
      return dryRuns.cancel(context.actor!, version, job);
    }),
  };
};
