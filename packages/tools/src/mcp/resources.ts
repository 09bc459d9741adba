import type { ApiClient } from '@coder/api';
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError } from '@modelcontextprotocol/server';
import { presentWorkspace } from '../present/workspace.ts';
import { describeFailure, isNotFound } from '../tool-error.ts';

const JSON_TYPE = 'application/json';
const WORKSPACES_URI = 'coder://workspaces';
const LIST_LIMIT = 100;

/** The resources that can be listed. */
export const resources = {
  resources: [
    {
      uri: WORKSPACES_URI,
      name: 'workspaces',
      title: 'Your workspaces',
      description: 'Your workspaces with status and health',
      mimeType: JSON_TYPE,
    },
  ],
};

/** The resources that are there for every workspace. */
export const resourceTemplates = {
  resourceTemplates: [
    {
      uriTemplate: 'workspace://{owner}/{name}',
      name: 'workspace',
      title: 'A workspace',
      description: 'One workspace with status, health and agents; owner may be "me"',
      mimeType: JSON_TYPE,
    },
  ],
};

type Read = { contents: { uri: string; mimeType: string; text: string }[] };

/** The content of a resource. Throws the protocol's own error for one that is not there. */
export async function readResource(client: ApiClient, uri: string): Promise<Read> {
  try {
    const value = await contentOf(client, uri);
    if (value === undefined) throw new ResourceNotFoundError(uri);
    return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(value) }] };
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    if (isNotFound(error)) throw new ResourceNotFoundError(uri);
    throw new ProtocolError(ProtocolErrorCode.InternalError, describeFailure(error));
  }
}

async function contentOf(client: ApiClient, uri: string): Promise<unknown> {
  if (uri === WORKSPACES_URI) {
    const { workspaces, count } = await client.workspaces.list({ q: 'owner:"me"', limit: LIST_LIMIT });
    return { workspaces: workspaces.map((workspace) => presentWorkspace(workspace)), count };
  }
  const match = /^workspace:\/\/([A-Za-z0-9-]+)\/([A-Za-z0-9-]+)$/.exec(uri);
  if (!match) return undefined;
  const [, user, name] = match as unknown as [string, string, string];
  return presentWorkspace(await client.workspaces.getByName({ user, name }));
}
