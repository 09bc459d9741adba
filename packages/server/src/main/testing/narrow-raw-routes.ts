import type { rawRoutes } from '@coder/api';
import type { Outcome } from './narrow-routes/index.ts';
import type { NarrowWorld, Place } from './narrow-world.ts';

/** A request to a raw route; its path is below the REST prefix unless it begins with two slashes. */
export type RawCall = { path: string; method?: string; headers?: Record<string, string>; body?: string };

/** What must happen to a raw route, with the same three callers as for the contract's. */
export type RawRow = { look: Outcome; whole: Outcome; member: Outcome } & (
  | { at: (place: Place) => RawCall }
  | { with: (world: NarrowWorld) => RawCall }
);

const seen = { look: 'ok', whole: 'ok', member: 'NOT_FOUND' } as const;
const kept = { look: 'INSUFFICIENT_SCOPE', whole: 'ok', member: 'NOT_FOUND' } as const;
const nobodysAgent = {
  look: 'UNAUTHENTICATED',
  whole: 'UNAUTHENTICATED',
  member: 'UNAUTHENTICATED',
} as const;

const noLink = { look: 'NOT_FOUND', whole: 'NOT_FOUND', member: 'NOT_FOUND' } as const;

const agent = (path: string, call: Omit<RawCall, 'path'> = {}) => ({
  at: ({ agent: id, process }: Place): RawCall => ({
    path: `/workspaceagents/${id}${path.replace('{process}', process)}`,
    ...call,
  }),
});
const reconnect = '11111111-1111-4111-8111-111111111111';

export type RawRouteName = keyof typeof rawRoutes;

/** One row for each raw route; a route without one fails the test. */
export const rawRows: Record<RawRouteName, RawRow> = {
  openApiDocument: { with: () => ({ path: '/openapi.json' }), look: 'ok', whole: 'ok', member: 'ok' },
  uploadFile: {
    with: () => ({
      path: '/files',
      method: 'POST',
      headers: { 'content-type': 'application/x-tar' },
      body: 'x',
    }),
    look: 'INSUFFICIENT_SCOPE',
    whole: 'INSUFFICIENT_SCOPE',
    // It is no archive; a member may send one.
    member: 'VALIDATION_FAILED',
  },
  // Of the files only its own user's, and only with a template in its list.
  downloadFile: {
    with: ({ template: { file } }) => ({ path: `/files/${file}` }),
    look: 'NOT_FOUND',
    whole: 'NOT_FOUND',
    member: 'NOT_FOUND',
  },
  watchWorkspace: { at: ({ workspace }) => ({ path: `/workspaces/${workspace}/watch` }), ...seen },
  watchWorkspaceSocket: { at: ({ workspace }) => ({ path: `/workspaces/${workspace}/watch-ws` }), ...seen },
  followBuildLogs: { at: ({ build }) => ({ path: `/workspacebuilds/${build}/logs?follow` }), ...seen },
  dynamicParameters: {
    with: ({ template: { version } }) => ({ path: `/templateversions/${version}/dynamic-parameters` }),
    look: 'ok',
    whole: 'ok',
    member: 'ok',
  },
  followTemplateVersionLogs: {
    with: ({ template: { version } }) => ({ path: `/templateversions/${version}/logs?follow` }),
    look: 'ok',
    whole: 'ok',
    member: 'ok',
  },
  followAgentLogs: { ...agent('/logs?follow'), ...seen },
  agentLink: { with: () => ({ path: '/workspaceagents/me/link' }), ...nobodysAgent },
  watchAgentMetadata: { ...agent('/watch-metadata'), ...seen },
  watchAgentMetadataSocket: { ...agent('/watch-metadata-ws'), ...seen },
  terminal: { ...agent(`/pty?reconnect=${reconnect}&width=80&height=24`), ...kept },
  // Nothing listens there, which only who may connect is told.
  agentTcp: { ...agent('/tcp?port=48124'), ...kept, whole: 'AGENT_ERROR' },
  processStream: { ...agent('/processes/{process}/stream'), ...kept },
  // It was started without an input.
  processStdin: {
    ...agent('/processes/{process}/stdin', { method: 'POST', body: 'x' }),
    ...kept,
    whole: 'CONFLICT',
  },
  processResize: {
    ...agent('/processes/{process}/resize', {
      method: 'POST',
      body: JSON.stringify({ width: 80, height: 24 }),
    }),
    ...kept,
  },
  uploadWorkspaceFile: {
    ...agent('/files/upload?path=~/uploaded.txt', { method: 'PUT', body: 'x' }),
    ...kept,
  },
  downloadWorkspaceFile: { ...agent('/files/download?path=~/notes.txt'), ...kept },
  archiveWorkspaceFolder: { ...agent('/files/archive?path=~'), ...kept },
  // It is no tar.
  unpackWorkspaceFolder: {
    ...agent('/files/unpack?path=~/unpacked', { method: 'PUT', body: 'x' }),
    ...kept,
    whole: 'VALIDATION_FAILED',
  },
  // What a link opens depends on the key that it was made with, and on no other.
  readFileLink: { with: () => ({ path: '/filelinks/x?ticket=x.y' }), ...noLink },
  writeFileLink: { with: () => ({ path: '/filelinks/x?ticket=x.y', method: 'PUT', body: 'x' }), ...noLink },
  // Nothing listens there, which only who may connect is told.
  portProxy: {
    at: ({ owner, name }) => ({ path: `//@${owner}/${name}/ports/48124/` }),
    ...kept,
    whole: 'AGENT_ERROR',
  },
  appProxy: {
    at: ({ owner, name }) => ({ path: `//@${owner}/${name}/apps/site/` }),
    ...kept,
    whole: 'AGENT_ERROR',
  },
};
