import { type ApiClient, isUuid, type Template, type Workspace } from '@coder/api';
import * as z from 'zod';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { defineTool, reads } from '../tool-parts.ts';

const common = {
  toolsets: ['chatgpt'],
  permissions: ['template:read', 'workspace:read'],
  annotations: reads,
} as const;
const RESULTS = 50;

export const search = defineTool({
  ...common,
  name: 'search',
  title: 'Search templates and workspaces',
  description:
    'Search templates and workspaces. query is "templates" or "workspaces", or either with a filter after a slash: "templates/docker", "workspaces/owner:me status:running", "workspaces/name:api". Workspaces without a filter are your own. Workspace filters: name, owner, template, status, outdated, last_used_after.',
  input: z.strictObject({ query: z.string().min(1) }),
  handler: async (client, { query }) => {
    const slash = query.indexOf('/');
    const kind = (slash === -1 ? query : query.slice(0, slash)).trim();
    const filter = slash === -1 ? '' : query.slice(slash + 1).trim();
    if (kind === 'templates') {
      const templates = await client.templates.list(filter === '' ? {} : { q: filter });
      return jsonResult({ results: templates.map((template) => templateResult(client, template)) });
    }
    if (kind === 'workspaces') {
      const { workspaces } = await client.workspaces.list({
        q: filter === '' ? 'owner:me' : filter,
        limit: RESULTS,
      });
      return jsonResult({ results: workspaces.map((workspace) => workspaceResult(client, workspace)) });
    }
    throw new ToolError(
      `invalid query: ${query}. Begin it with "templates" or "workspaces", as in "workspaces/owner:me".`,
    );
  },
});

export const fetchObject = defineTool({
  ...common,
  name: 'fetch',
  title: 'Fetch a template or workspace',
  description: 'Fetch one result of search by its id.',
  input: z.strictObject({ id: z.string().min(1).describe('template:<uuid> or workspace:<uuid>') }),
  handler: async (client, { id }) => {
    const [kind, uuid = ''] = id.split(':', 2);
    if (!isUuid(uuid) || (kind !== 'template' && kind !== 'workspace')) {
      throw new ToolError(`invalid ID: ${id}. Take one from the results of search.`);
    }
    if (kind === 'template') {
      const template = await client.templates.get({ template: uuid });
      return jsonResult({ ...templateResult(client, template), id: uuid, text: JSON.stringify(template) });
    }
    const workspace = await client.workspaces.get({ workspace: uuid });
    return jsonResult({ ...workspaceResult(client, workspace), id: uuid, text: JSON.stringify(workspace) });
  },
});

const templateResult = (client: ApiClient, template: Template) => ({
  id: `template:${template.id}`,
  title: template.display_name || template.name,
  text: [template.description, template.abstract].filter((text) => text !== '').join('\n\n'),
  url: `${client.url}/templates/${template.organization_name}/${template.name}`,
});

const workspaceResult = (client: ApiClient, workspace: Workspace) => ({
  id: `workspace:${workspace.id}`,
  title: workspace.name,
  text: [
    `Owner: ${workspace.owner_name}`,
    `Template: ${workspace.template_display_name || workspace.template_name}`,
    `Latest transition: ${workspace.latest_build.transition}`,
  ].join('\n'),
  url: `${client.url}/${workspace.owner_name}/${workspace.name}`,
});
