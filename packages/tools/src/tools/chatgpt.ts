import { type ApiClient, isUuid, type Template, type Workspace } from '@coder/api';
import * as z from 'zod';
import type { ToolResult } from '../tool.ts';
import { ToolError } from '../tool-error.ts';
import { defineTool, reads } from '../tool-parts.ts';

const common = {
  toolsets: ['chatgpt'],
  permissions: ['template:read', 'workspace:read'],
  annotations: reads,
} as const;
const RESULTS = 50;

/** One result as ChatGPT reads it: the id is what `fetch` is asked for, and only with a URL can it be cited. */
type Found = { id: string; title: string; text: string; url: string };

export const search = defineTool({
  ...common,
  name: 'search',
  title: 'Search templates and workspaces',
  description:
    'Search templates and workspaces. query is words to look for, or "templates" or "workspaces", either with a filter after a slash: "templates/docker", "workspaces/owner:me status:running", "workspaces/name:api". Workspaces without a filter are your own. Workspace filters: name, owner, template, status, outdated, last_used_after.',
  input: z.strictObject({ query: z.string().min(1) }),
  handler: async (client, { query }) => {
    const slash = query.indexOf('/');
    const kind = (slash === -1 ? query : query.slice(0, slash)).trim().toLowerCase();
    const filter = slash === -1 ? '' : query.slice(slash + 1).trim();
    if (kind === 'templates') return found(await findTemplates(client, filter));
    if (kind === 'workspaces') return found(await findWorkspaces(client, filter));
    if (slash !== -1 && /^[a-z]+$/.test(kind) && !query.includes(' ')) {
      throw new ToolError(
        `invalid query: ${query}. Begin it with "templates" or "workspaces", as in "workspaces/owner:me", or give plain words.`,
      );
    }
    return found(await byWords(client, query));
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
      return bothWays({
        ...templateResult(client, template),
        text: JSON.stringify(template),
        metadata: { type: kind, organization: template.organization_name, updated_at: template.updated_at },
      });
    }
    const workspace = await client.workspaces.get({ workspace: uuid });
    return bothWays({
      ...workspaceResult(client, workspace),
      text: JSON.stringify(workspace),
      metadata: {
        type: kind,
        owner: workspace.owner_name,
        status: workspace.latest_build.status,
        updated_at: workspace.updated_at,
      },
    });
  },
});

/** ChatGPT reads one text item of JSON, and by program the same object, however long it is. */
function bothWays(value: Record<string, unknown>): ToolResult {
  const text = JSON.stringify(value);
  return {
    content: [{ type: 'text', text }],
    structuredContent: JSON.parse(text) as Record<string, unknown>,
  };
}

const found = (results: readonly Found[]): ToolResult => bothWays({ results: results.slice(0, RESULTS) });

async function findTemplates(client: ApiClient, filter: string): Promise<Found[]> {
  const templates = await client.templates.list({ ...(filter === '' ? {} : { q: filter }), limit: RESULTS });
  return templates.map((template) => templateResult(client, template));
}

async function findWorkspaces(client: ApiClient, filter: string): Promise<Found[]> {
  const { workspaces } = await client.workspaces.list({
    q: filter === '' ? 'owner:me' : filter,
    limit: RESULTS,
  });
  return workspaces.map((workspace) => workspaceResult(client, workspace));
}

/** Words that ask for things of a kind, or for nothing. */
const plain = new Set([
  'my',
  'all',
  'the',
  'a',
  'an',
  'of',
  'in',
  'for',
  'with',
  'which',
  'what',
  'is',
  'are',
  'and',
  'or',
]);

/** What has most of the words comes first; words that stand for everything leave everything. */
async function byWords(client: ApiClient, query: string): Promise<Found[]> {
  const words = (query.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? []).filter((word) => !plain.has(word));
  const asksFor = (kind: string): boolean => words.some((word) => word === kind || word === `${kind}s`);
  const rest = words.filter((word) => !/^(template|workspace)s?$/.test(word));
  const both = asksFor('template') === asksFor('workspace');
  const [templates, workspaces] = await Promise.all([
    both || asksFor('template') ? findTemplates(client, '') : [],
    both || asksFor('workspace') ? findWorkspaces(client, '') : [],
  ]);
  const all = [...workspaces, ...templates];
  if (rest.length === 0) return all;
  return all
    .map((one) => ({ one, hits: hitsOf(one, rest) }))
    .filter(({ hits }) => hits > 0)
    .toSorted((one, other) => other.hits - one.hits)
    .map(({ one }) => one);
}

function hitsOf({ title, text }: Found, words: readonly string[]): number {
  const whole = `${title}\n${text}`.toLowerCase();
  return words.filter((word) => whole.includes(word)).length;
}

const templateResult = (client: ApiClient, template: Template): Found => ({
  id: `template:${template.id}`,
  title: template.display_name || template.name,
  text: [template.name, template.description, template.abstract].filter((text) => text !== '').join('\n\n'),
  url: `${client.url}/templates/${template.organization_name}/${template.name}`,
});

const workspaceResult = (client: ApiClient, workspace: Workspace): Found => ({
  id: `workspace:${workspace.id}`,
  title: workspace.name,
  text: [
    `Owner: ${workspace.owner_name}`,
    `Template: ${workspace.template_display_name || workspace.template_name}`,
    `Status: ${workspace.latest_build.status}`,
    `Latest transition: ${workspace.latest_build.transition}`,
  ].join('\n'),
  url: `${client.url}/workspaces/${workspace.owner_name}/${workspace.name}`,
});
