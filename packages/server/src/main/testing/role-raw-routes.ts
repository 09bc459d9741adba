import type { RawRouteName } from './narrow-raw-routes.ts';
import { entered, seen } from './role-routes/index.ts';
import { type Answers, who } from './role-world.ts';

/** One row for each raw route, which is called as by the narrow tokens; a route without one fails the test. */
export const roleRawRows: Record<RawRouteName, Answers> = {
  openApiDocument: who('ok'),
  // It is no archive; everybody may send one.
  uploadFile: who('VALIDATION_FAILED'),
  // Files belong to no organization.
  downloadFile: who('NOT_FOUND', ['ok', ['owner', 'template-admin']]),
  watchWorkspace: seen,
  watchWorkspaceSocket: seen,
  followBuildLogs: seen,
  dynamicParameters: who('ok', ['NOT_FOUND', ['elsewhere']]),
  followTemplateVersionLogs: who('ok', ['NOT_FOUND', ['elsewhere']]),
  followAgentLogs: seen,
  agentLink: who('UNAUTHENTICATED'),
  watchAgentMetadata: seen,
  watchAgentMetadataSocket: seen,
  terminal: entered(),
  agentTcp: entered('AGENT_ERROR'),
  processStream: entered(),
  processStdin: entered('CONFLICT'),
  processResize: entered(),
  uploadWorkspaceFile: entered(),
  downloadWorkspaceFile: entered(),
  archiveWorkspaceFolder: entered(),
  unpackWorkspaceFolder: entered('VALIDATION_FAILED'),
  // What lets somebody in is the link, and this is none.
  readFileLink: who('NOT_FOUND'),
  writeFileLink: who('NOT_FOUND'),
  portProxy: entered('AGENT_ERROR'),
  appProxy: entered('AGENT_ERROR'),
};
