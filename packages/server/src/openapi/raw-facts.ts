import { agentMetadataSchema, type rawRoutes, uploadResponseSchema, workspaceSchema } from '@coder/api';
import {
  FileArchive,
  FileDownload,
  FileUnpack,
  FileUnpacked,
  FileUpload,
  FileWritten,
  Process,
  StdinQuery,
  StdinWritten,
  StreamQuery,
  TerminalAttach,
  TerminalId,
  TerminalSize,
} from '@coder/api/agent';
import * as z from 'zod';

type Body = { readonly type: string; readonly schema?: z.ZodType };

/** What the document says of a raw route beyond its row: the tag, the query, and what goes in and out. */
export type RawFacts = {
  readonly tag: string;
  readonly query?: z.ZodObject;
  readonly sends?: readonly Body[];
  /** None for a WebSocket, whose answer is 101. */
  readonly answers?: Body & { readonly status?: number };
};

const bytes = { type: 'application/octet-stream' };
const tar = { type: 'application/x-tar' };
const json = (schema: z.ZodType): Body => ({ type: 'application/json', schema });
const follow = z.object({
  follow: z.literal(['', 'true']).describe('Asks for the WebSocket; without it the route answers with JSON'),
  after: z.int().min(0).optional().describe('The id of the line to go on behind'),
});
const ticket = z.object({ ticket: z.string().describe('What the link was made with') });

/** One entry for each raw route: one without does not compile. */
export const rawFacts: Record<keyof typeof rawRoutes, RawFacts> = {
  openApiDocument: { tag: 'General', answers: json(z.record(z.string(), z.unknown())) },
  uploadFile: {
    tag: 'Templates',
    sends: [tar, { type: 'application/zip' }],
    answers: { ...json(uploadResponseSchema), status: 201 },
  },
  downloadFile: { tag: 'Templates', answers: tar },
  watchWorkspace: { tag: 'Workspaces', answers: { type: 'text/event-stream', schema: workspaceSchema } },
  watchWorkspaceSocket: { tag: 'Workspaces' },
  followBuildLogs: { tag: 'Builds', query: follow },
  followTemplateVersionLogs: { tag: 'Templates', query: follow },
  dynamicParameters: { tag: 'Templates' },
  followAgentLogs: { tag: 'Agents', query: follow },
  agentLink: { tag: 'Agents' },
  watchAgentMetadata: {
    tag: 'Agents',
    answers: { type: 'text/event-stream', schema: z.array(agentMetadataSchema) },
  },
  watchAgentMetadataSocket: { tag: 'Agents' },
  terminal: { tag: 'Agents', query: TerminalAttach.extend({ reconnect: TerminalId }) },
  agentTcp: { tag: 'Agents', query: z.object({ port: z.int().min(1).max(65_535) }) },
  processStream: { tag: 'Agents', query: StreamQuery, answers: bytes },
  processStdin: { tag: 'Agents', query: StdinQuery, sends: [bytes], answers: json(StdinWritten) },
  processResize: { tag: 'Agents', sends: [json(TerminalSize)], answers: json(Process) },
  uploadWorkspaceFile: { tag: 'Files', query: FileUpload, sends: [bytes], answers: json(FileWritten) },
  downloadWorkspaceFile: { tag: 'Files', query: FileDownload, answers: bytes },
  archiveWorkspaceFolder: { tag: 'Files', query: FileArchive, answers: tar },
  unpackWorkspaceFolder: { tag: 'Files', query: FileUnpack, sends: [tar], answers: json(FileUnpacked) },
  readFileLink: { tag: 'Files', query: ticket, answers: bytes },
  writeFileLink: {
    tag: 'Files',
    query: ticket,
    sends: [bytes],
    answers: { ...json(FileWritten), status: 201 },
  },
  portProxy: { tag: 'Ports and apps', answers: { type: '*/*' } },
  appProxy: { tag: 'Ports and apps', answers: { type: '*/*' } },
};
