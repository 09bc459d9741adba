import type { RouteMeta } from '../route.ts';

/** A route that is not a JSON call: a byte stream, a WebSocket or server-sent events. */
export type RawRoute = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the REST prefix unless it is marked as at the root. Parameters in braces. */
  path: string;
  at?: 'root';
  /**
   * A `call` is over when it is answered. What goes on for longer may outlive the right to it, and ends then: `events` that are
   * sent as they come, a `file` that is sent, an `upload` that is taken in, a `websocket`; a `proxy` passes on any of them.
   */
  kind: 'call' | 'events' | 'file' | 'upload' | 'websocket' | 'proxy';
  summary: string;
  meta: RouteMeta;
};

const ssh = { permission: 'workspace:ssh' } as const;

/**
 * The routes beside the typed contract, as data, so that they too have exactly one row for authorization, audit and
 * rate limits.
 */
export const rawRoutes = {
  openApiDocument: {
    method: 'GET',
    path: '/openapi.json',
    kind: 'call',
    summary: 'The OpenAPI document of all routes',
    meta: { auth: 'none' },
  },
  uploadFile: {
    method: 'POST',
    path: '/files',
    kind: 'call',
    summary: 'Upload a template archive (application/x-tar or application/zip)',
    meta: { permission: 'file:create', rateLimit: 'files', audit: { action: 'create', resource: 'file' } },
  },
  downloadFile: {
    method: 'GET',
    path: '/files/{file}',
    kind: 'file',
    summary: 'Download a template archive',
    meta: { permission: 'file:read', rateLimit: 'files' },
  },
  watchWorkspace: {
    method: 'GET',
    path: '/workspaces/{workspace}/watch',
    kind: 'events',
    summary: 'Server-sent events: the workspace whenever it changes',
    meta: { permission: 'workspace:read' },
  },
  watchWorkspaceSocket: {
    method: 'GET',
    path: '/workspaces/{workspace}/watch-ws',
    kind: 'websocket',
    summary: 'JSON {type, data}: the workspace whenever it changes',
    meta: { permission: 'workspace:read' },
  },
  followBuildLogs: {
    method: 'GET',
    path: '/workspacebuilds/{build}/logs',
    kind: 'websocket',
    summary: 'With ?follow: one JSON log line a message until the build ends',
    meta: { permission: 'workspace:read' },
  },
  followTemplateVersionLogs: {
    method: 'GET',
    path: '/templateversions/{version}/logs',
    kind: 'websocket',
    summary: 'With ?follow: one JSON log line a message until the import ends',
    meta: { permission: 'template:read' },
  },
  dynamicParameters: {
    method: 'GET',
    path: '/templateversions/{version}/dynamic-parameters',
    kind: 'websocket',
    summary:
      'Fill in the parameters together: JSON {id, inputs} in, the parameters with what is wrong with them out',
    meta: { permission: 'template:read' },
  },
  followAgentLogs: {
    method: 'GET',
    path: '/workspaceagents/{agent}/logs',
    kind: 'websocket',
    summary: 'With ?follow: JSON arrays of log lines',
    meta: { permission: 'workspace:read' },
  },
  agentLink: {
    method: 'GET',
    path: '/workspaceagents/me/link',
    kind: 'websocket',
    summary: 'The link an agent dials; HTTP/2 with the roles turned round is spoken over it',
    meta: { auth: 'agent', rateLimit: 'none' },
  },
  watchAgentMetadata: {
    method: 'GET',
    path: '/workspaceagents/{agent}/watch-metadata',
    kind: 'events',
    summary: 'Server-sent events: what its metadata scripts report, whenever that changes',
    meta: { permission: 'workspace:read' },
  },
  watchAgentMetadataSocket: {
    method: 'GET',
    path: '/workspaceagents/{agent}/watch-metadata-ws',
    kind: 'websocket',
    summary: 'JSON {type, data}: what its metadata scripts report, whenever that changes',
    meta: { permission: 'workspace:read' },
  },
  terminal: {
    method: 'GET',
    path: '/workspaceagents/{agent}/pty',
    kind: 'websocket',
    summary: "A terminal (upstream's protocol: JSON in, raw bytes out)",
    meta: {
      ...ssh,
      audit: { action: 'connect', resource: 'workspace_agent' },
      approval: { classes: ['commands'], target: 'agent', query: ['command', 'reconnect'] },
    },
  },
  agentTcp: {
    method: 'GET',
    path: '/workspaceagents/{agent}/tcp',
    kind: 'websocket',
    summary:
      'A TCP connection to a port of the workspace (?port=): binary messages are its bytes, an empty one its end',
    meta: {
      ...ssh,
      audit: { action: 'connect', resource: 'workspace_agent' },
      // What a program connects to counts as little as what a page of an app loads; how many are open at once is bounded.
      rateLimit: 'none',
    },
  },
  processStream: {
    method: 'GET',
    path: '/workspaceagents/{agent}/processes/{process}/stream',
    kind: 'events',
    summary: 'Frames of output until the process ends',
    meta: { ...ssh, audit: { action: 'read', resource: 'workspace_agent' } },
  },
  processStdin: {
    method: 'POST',
    path: '/workspaceagents/{agent}/processes/{process}/stdin',
    kind: 'upload',
    summary: 'Raw bytes for its standard input; ?close=true ends it',
    meta: {
      ...ssh,
      audit: { action: 'execute', resource: 'workspace_agent' },
      approval: {
        classes: ['commands'],
        target: 'agent',
        query: ['close'],
        body: true,
        // Whoever may have started a command may say that nothing more comes, without which many never end.
        unless: { close: 'true', body: '' },
      },
    },
  },
  processResize: {
    method: 'POST',
    path: '/workspaceagents/{agent}/processes/{process}/resize',
    kind: 'call',
    summary: 'The new size of its terminal',
    meta: ssh,
  },
  uploadWorkspaceFile: {
    method: 'PUT',
    path: '/workspaceagents/{agent}/files/upload',
    kind: 'upload',
    summary: 'Stream a file into the workspace (?path=, ?sha256=)',
    meta: { ...ssh, audit: { action: 'execute', resource: 'workspace_agent' } },
  },
  downloadWorkspaceFile: {
    method: 'GET',
    path: '/workspaceagents/{agent}/files/download',
    kind: 'file',
    summary: 'Stream a file out of the workspace (?path=)',
    meta: { ...ssh, audit: { action: 'read', resource: 'workspace_agent' } },
  },
  archiveWorkspaceFolder: {
    method: 'GET',
    path: '/workspaceagents/{agent}/files/archive',
    kind: 'file',
    summary: 'Stream a folder out of the workspace as a tar (?path=)',
    meta: { ...ssh, audit: { action: 'read', resource: 'workspace_agent' } },
  },
  unpackWorkspaceFolder: {
    method: 'PUT',
    path: '/workspaceagents/{agent}/files/unpack',
    kind: 'upload',
    summary: 'Make a folder in the workspace of an uncompressed tar (?path=, ?strip=, ?overwrite=)',
    meta: { ...ssh, audit: { action: 'execute', resource: 'workspace_agent' } },
  },
  readFileLink: {
    method: 'GET',
    path: '/filelinks/{name}',
    kind: 'file',
    summary: 'Read the one file that a link is for (?ticket=)',
    meta: { auth: 'none', audit: { action: 'read', resource: 'file_link' } },
  },
  writeFileLink: {
    method: 'PUT',
    path: '/filelinks/{name}',
    kind: 'upload',
    summary: 'Write the one file that a link is for, once (?ticket=)',
    meta: { auth: 'none', audit: { action: 'execute', resource: 'file_link' } },
  },
  portProxy: {
    method: 'GET',
    path: '/@{user}/{workspace}/ports/{port}/*',
    at: 'root',
    kind: 'proxy',
    summary: 'HTTP and WebSocket to a port inside a workspace (all methods; workspace may be name.agent)',
    meta: {
      permission: 'workspace:application_connect',
      audit: { action: 'open', resource: 'workspace_app' },
      rateLimit: 'none',
    },
  },
  appProxy: {
    method: 'GET',
    path: '/@{user}/{workspace}/apps/{app}/*',
    at: 'root',
    kind: 'proxy',
    summary: 'HTTP and WebSocket to an app of a workspace (all methods; workspace may be name.agent)',
    meta: {
      permission: 'workspace:application_connect',
      audit: { action: 'open', resource: 'workspace_app' },
      rateLimit: 'none',
    },
  },
} as const satisfies Record<string, RawRoute>;
