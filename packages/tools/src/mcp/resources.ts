import { type ApiClient, ApiError } from '@coder/api';
import {
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server';
import { presentLog } from '../present/log.ts';
import { presentWorkspace } from '../present/workspace.ts';
import type { Tool } from '../tool.ts';
import { describeFailure, isNotFound } from '../tool-error.ts';
import { lookThroughAgent } from '../workspace/open.ts';
import { GUIDE_TOOLS, TEMPLATE_GUIDE } from './template-guide.ts';

/** What can be listed and read. */
export type ResourceLists = {
  readonly listing: ListResourcesResult;
  readonly templates: ListResourceTemplatesResult;
  /** The content of a resource. Throws the protocol's own error for one that is not there. */
  read(client: ApiClient, uri: string): Promise<ReadResourceResult>;
};

type Content = ReadResourceResult['contents'][number];
/** A kind of resource. Without any of the tools that show the same it is not offered. */
type Kind = {
  needs: readonly string[];
  listed: { uri: string } | { uriTemplate: string };
  name: string;
  title: string;
  description: string;
  mimeType?: string;
  pattern: RegExp;
  /** The content, by what the pattern found in the address. */
  read: (client: ApiClient, uri: string, found: readonly string[]) => Promise<Content>;
};

const JSON_TYPE = 'application/json';
const LIST_LIMIT = 100;
const LOG_LINES = 10_000;
/** The largest file that is read as a resource, in bytes: nobody can ask for a part of one. */
const FILE_LIMIT = 1024 * 1024;
/** An owner and a workspace, in an address. */
const PLACE = 'workspace://([A-Za-z0-9-]+)/([A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)?)';

const json = (uri: string, value: unknown): Content => ({
  uri,
  mimeType: JSON_TYPE,
  text: JSON.stringify(value),
});

const kinds: readonly Kind[] = [
  {
    needs: ['coder_list_workspaces'],
    listed: { uri: 'coder://workspaces' },
    name: 'workspaces',
    title: 'Your workspaces',
    description: 'Your workspaces with status and health',
    mimeType: JSON_TYPE,
    pattern: /^coder:\/\/workspaces$/,
    async read(client, uri) {
      const { workspaces, count } = await client.workspaces.list({ q: 'owner:"me"', limit: LIST_LIMIT });
      return json(uri, { workspaces: workspaces.map((workspace) => presentWorkspace(workspace)), count });
    },
  },
  {
    needs: GUIDE_TOOLS,
    listed: { uri: 'coder://templates/guide' },
    name: 'template_guide',
    title: 'How to write a template',
    description: 'The manifest template.yaml with examples, and how a template is published',
    mimeType: 'text/markdown',
    pattern: /^coder:\/\/templates\/guide$/,
    read: async (_, uri) => ({ uri, mimeType: 'text/markdown', text: TEMPLATE_GUIDE }),
  },
  {
    needs: ['coder_list_workspaces'],
    listed: { uriTemplate: 'workspace://{owner}/{name}' },
    name: 'workspace',
    title: 'A workspace',
    description: 'One workspace with status, health and agents; owner may be "me"',
    mimeType: JSON_TYPE,
    pattern: new RegExp(`^${PLACE}$`),
    read: async (client, uri, [user = '', name = '']) =>
      json(uri, presentWorkspace(await client.workspaces.getByName({ user, name }))),
  },
  {
    needs: ['coder_get_workspace_build_logs'],
    listed: { uriTemplate: 'workspace://{owner}/{name}/build-log' },
    name: 'build_log',
    title: 'The build log of a workspace',
    description: 'Log of the latest build of a workspace',
    mimeType: 'text/plain',
    pattern: new RegExp(`^${PLACE}/build-log$`),
    async read(client, uri, [user = '', name = '']) {
      const { latest_build: build } = await client.workspaces.getByName({ user, name });
      const lines = await client.builds.logs({ build: build.id, limit: LOG_LINES });
      const text = presentLog(lines, 'coder_get_workspace_build_logs').join('\n');
      return { uri, mimeType: 'text/plain', text };
    },
  },
  {
    needs: ['coder_workspace_read_file'],
    listed: { uriTemplate: 'workspace://{owner}/{name}/files/{+path}' },
    name: 'file',
    title: 'A file in a workspace',
    description:
      'A file of at most 1 MiB in a running workspace; path from the root, or ~/… from the home directory',
    pattern: new RegExp(`^${PLACE}/files/(.+)$`),
    async read(client, uri, [user = '', name = '', encoded = '']) {
      const { agent } = await lookThroughAgent(client, `${user}/${name}`);
      const path = pathOf(encoded);
      const bytes = await client.files.readBytes({ agent: agent.id, path, limit: FILE_LIMIT });
      if (bytes.next_offset !== null) {
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `${bytes.path} has ${bytes.size} bytes; as a resource at most ${FILE_LIMIT} are read. Use coder_workspace_read_file.`,
        );
      }
      const mimeType = bytes.mime_type;
      return bytes.encoding === 'text'
        ? { uri, mimeType, text: bytes.content }
        : { uri, mimeType, blob: bytes.content };
    },
  },
];

/** The resources that go with these tools. */
export function resourcesFor(tools: ReadonlyMap<string, Tool>): ResourceLists {
  const offered = kinds.filter(({ needs }) => needs.every((name) => tools.has(name)));
  return {
    listing: {
      resources: offered.flatMap(({ listed, ...kind }) =>
        'uri' in listed ? [{ uri: listed.uri, ...shown(kind) }] : [],
      ),
    } as ListResourcesResult,
    templates: {
      resourceTemplates: offered.flatMap(({ listed, ...kind }) =>
        'uriTemplate' in listed ? [{ uriTemplate: listed.uriTemplate, ...shown(kind) }] : [],
      ),
    } as ListResourceTemplatesResult,
    async read(client, uri) {
      for (const { pattern, read } of offered) {
        const [, ...found] = pattern.exec(uri) ?? [];
        if (pattern.test(uri))
          return { contents: [await orProtocolError(uri, () => read(client, uri, found))] };
      }
      throw new ResourceNotFoundError(uri);
    },
  };
}

const shown = ({ name, title, description, mimeType }: Omit<Kind, 'listed'>) => ({
  name,
  title,
  description,
  ...(mimeType === undefined ? {} : { mimeType }),
});

async function orProtocolError(uri: string, work: () => Promise<Content>): Promise<Content> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    if (isNotFound(error)) throw new ResourceNotFoundError(uri);
    const isTheirs = !(error instanceof ApiError) || error.status < 500;
    throw new ProtocolError(
      isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError,
      describeFailure(error),
    );
  }
}

/** A path as an address has it: without the slash at its beginning, and encoded. */
function pathOf(encoded: string): string {
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The path of this address is not encoded well.');
  }
  return path === '~' || path.startsWith('~/') || path.startsWith('/') ? path : `/${path}`;
}
