import { IDEMPOTENCY_KEY_HEADER } from '@coder/api';
import { api } from '../http/index.ts';
import { parseIdempotencyKey } from '../idempotency/index.ts';
import type { TemplateRow } from './template-rows.ts';
import type { Templates } from './templates.ts';
import type { TemplateVersions } from './versions.ts';

type Deps = { readonly templates: Templates; readonly versions: TemplateVersions };

/** The routes of templates. */
export const templateRoutes = ({ templates, versions }: Deps) => ({
  list: api.templates.list.handler(({ input, context }) => templates.list(context.actor!, input)),
  listInOrganization: api.templates.listInOrganization.handler(({ input, context }) =>
    templates.list(context.actor!, input, input.organization),
  ),
  create: api.templates.create.handler(async ({ input: { organization, ...request }, context }) => {
    const template = await templates.create(context.actor!, organization, request);
    context.audit.target(template.id, template.name);
    return template;
  }),
  getByName: api.templates.getByName.handler(({ input, context }) =>
    templates.getByName(context.actor!, input.organization, input.name),
  ),
  get: api.templates.get.handler(({ input, context }) => templates.get(context.actor!, input.template)),
  update: api.templates.update.handler(async ({ input: { template: id, ...change }, context }) => {
    const { before, after } = await templates.update(context.actor!, id, change);
    context.audit.target(id, after.name);
    for (const [field, value] of Object.entries(change)) {
      const old = before[field as keyof TemplateRow];
      if (value !== undefined && value !== old) context.audit.diff(field, old, value);
    }
    return after;
  }),
  delete: api.templates.delete.handler(async ({ input, context }) => {
    const name = await templates.delete(context.actor!, input.template);
    context.audit.target(input.template, name);
    return { message: `The template "${name}" has been deleted.` };
  }),
  versions: api.templates.versions.handler(({ input: { template, ...page }, context }) =>
    versions.list(context.actor!, template, page),
  ),
  activateVersion: api.templates.activateVersion.handler(async ({ input, context }) => {
    const { template, version } = await templates.activate(context.actor!, input.template, input.id);
    context.audit.target(input.template, template);
    context.audit.field('active_version', version);
    return { message: `"${version}" is now the active version of "${template}".` };
  }),
  versionByName: api.templates.versionByName.handler(({ input, context }) =>
    versions.getByName(context.actor!, input.template, input.name),
  ),
});

/** The routes of template versions. */
export const templateVersionRoutes = ({ versions }: Pick<Deps, 'versions'>) => ({
  create: api.templateVersions.create.handler(async ({ input: { organization, ...request }, context }) => {
    const key = parseIdempotencyKey(context.request.headers.get(IDEMPOTENCY_KEY_HEADER));
    const version = await versions.create(context.actor!, organization, request, key);
    context.audit.target(version.id, version.name);
    return version;
  }),
  get: api.templateVersions.get.handler(({ input, context }) => versions.get(context.actor!, input.version)),
  update: api.templateVersions.update.handler(async ({ input: { version: id, ...change }, context }) => {
    const { before, after } = await versions.update(context.actor!, id, change);
    context.audit.target(id, after.name);
    for (const field of ['name', 'message'] as const) {
      const value = change[field];
      if (value !== undefined && value !== before[field]) context.audit.diff(field, before[field], value);
    }
    return after;
  }),
  parameters: api.templateVersions.parameters.handler(({ input, context }) =>
    versions.parameters(context.actor!, input.version),
  ),
  presets: api.templateVersions.presets.handler(({ input, context }) =>
    versions.presets(context.actor!, input.version),
  ),
  logs: api.templateVersions.logs.handler(({ input: { version, ...input }, context }) =>
    versions.logs(context.actor!, version, input, context.request.signal),
  ),
});
