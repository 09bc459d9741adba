import * as z from 'zod';
import {
  FileBytes,
  FileEdit,
  FileEdited,
  FileInfo,
  FileLines,
  FileList,
  FileListing,
  FileMatches,
  FileMkdir,
  FileMove,
  FileReadBytes,
  FileReadLines,
  FileRemove,
  FileRemoved,
  FileSearch,
  FileStat,
  FileWrite,
  FileWritten,
  OutputQuery,
  OutputSlice,
  PortList,
  Process,
  ProcessId,
  ProcessList,
  ProcessListQuery,
  ProcessResult,
  SignalProcess,
  StartProcess,
  StatsHistory,
  StatsQuery,
} from '../agent/index.ts';
import { route } from '../route.ts';
import {
  agentLogSchema,
  foundAgentSchema,
  listeningPortsSchema,
  patchAppStatusSchema,
  workspaceAgentSchema,
} from '../schemas/agents.ts';
import { queryInteger, responseMessage, userRef, uuid } from '../schemas/common.ts';
import { copiedFileSchema, copyFileSchema, createFileLinkSchema, fileLinkSchema } from '../schemas/files.ts';
import { logQuery } from '../schemas/jobs.ts';

const tags = ['Agents'];
const agent = { agent: uuid };

/** No request is held longer than this: clients and proxies give up at 60 s. A caller asks again. */
export const MAX_REQUEST_WAIT_MS = 45_000;
const wait = z.int().min(0).max(MAX_REQUEST_WAIT_MS).default(0);
const queryWait = queryInteger.min(0).max(MAX_REQUEST_WAIT_MS).default(0);

/** Everything inside a workspace needs the permission that upstream asks of an SSH session. */
const look = { permission: 'workspace:ssh', audit: { action: 'read', resource: 'workspace_agent' } } as const;
const act = {
  permission: 'workspace:ssh',
  audit: { action: 'execute', resource: 'workspace_agent' },
} as const;

export const agentRoutes = {
  find: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspaceagents',
      tags,
      summary: "The agents of a workspace's latest build, by the names of its owner, itself and the agent",
    })
    .input(
      z.object({
        owner: userRef,
        workspace: z.string().min(1).max(64),
        agent: z.string().min(1).max(64).optional(),
      }),
    )
    .output(z.array(foundAgentSchema)),
  get: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path: '/workspaceagents/{agent}', tags, summary: 'One agent' })
    .input(z.object(agent))
    .output(workspaceAgentSchema),
  logs: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path: '/workspaceagents/{agent}/logs', tags, summary: 'Log of its scripts' })
    .input(z.object({ ...agent, ...logQuery }))
    .output(z.array(agentLogSchema)),
  listeningPorts: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspaceagents/{agent}/listening-ports',
      tags,
      summary: 'Ports it listens on',
    })
    .input(z.object(agent))
    .output(listeningPortsSchema),
  ports: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspaceagents/{agent}/ports',
      tags,
      summary: 'Ports with address and process',
    })
    .input(z.object(agent))
    .output(PortList),
  stats: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspaceagents/{agent}/stats',
      tags,
      summary: 'Resource use, now and over an hour',
    })
    .input(StatsQuery.extend(agent))
    .output(StatsHistory),
  patchAppStatus: route
    .meta({ auth: 'agent' })
    .route({
      method: 'PATCH',
      path: '/workspaceagents/me/app-status',
      tags,
      summary: 'Report what an AI agent is doing',
    })
    .input(patchAppStatusSchema)
    .output(responseMessage),
};

export const processRoutes = {
  start: route
    .meta({
      ...act,
      approval: {
        classes: ['commands'],
        ignore: ['id', 'wait_ms', 'max_output_bytes', 'keep', 'encoding', 'label'],
        target: 'agent',
      },
    })
    .route({
      method: 'POST',
      path: '/workspaceagents/{agent}/processes',
      tags,
      summary: 'Start a process and wait for it up to wait_ms',
    })
    .input(StartProcess.safeExtend({ ...agent, wait_ms: wait }))
    .output(ProcessResult),
  list: route
    .meta(look)
    .route({
      method: 'GET',
      path: '/workspaceagents/{agent}/processes',
      tags,
      summary: 'Processes, newest first',
    })
    .input(ProcessListQuery.extend(agent))
    .output(ProcessList),
  get: route
    .meta(look)
    .route({
      method: 'GET',
      path: '/workspaceagents/{agent}/processes/{process}',
      tags,
      summary: 'One process',
    })
    .input(z.object({ ...agent, process: ProcessId, wait_ms: queryWait }))
    .output(Process),
  output: route
    .meta(look)
    .route({
      method: 'GET',
      path: '/workspaceagents/{agent}/processes/{process}/output',
      tags,
      summary: 'Output, by byte cursor',
    })
    .input(OutputQuery.extend({ ...agent, process: ProcessId, wait_ms: queryWait }))
    .output(OutputSlice),
  signal: route
    .meta(act)
    .route({
      method: 'POST',
      path: '/workspaceagents/{agent}/processes/{process}/signal',
      tags,
      summary: 'Signal its whole group',
    })
    .input(SignalProcess.extend({ ...agent, process: ProcessId, wait_ms: wait }))
    .output(Process),
};

const file = (path: `/${string}`, summary: string) => ({
  method: 'POST' as const,
  path: `/workspaceagents/{agent}/files/${path.slice(1)}` as const,
  tags: ['Files'],
  summary,
});

export const fileRoutes = {
  stat: route
    .meta(look)
    .route(file('/stat', 'One file or folder'))
    .input(FileStat.extend(agent))
    .output(FileInfo),
  list: route
    .meta(look)
    .route(file('/list', 'List a folder'))
    .input(FileList.extend(agent))
    .output(FileListing),
  readLines: route
    .meta(look)
    .route(file('/read-lines', 'Read text by lines'))
    .input(FileReadLines.extend(agent))
    .output(FileLines),
  readBytes: route
    .meta(look)
    .route(file('/read-bytes', 'Read bytes'))
    .input(FileReadBytes.extend(agent))
    .output(FileBytes),
  write: route
    .meta(act)
    .route(file('/write', 'Write a file'))
    .input(FileWrite.extend(agent))
    .output(FileWritten),
  edit: route
    .meta(act)
    .route(file('/edit', 'Edit files, all or none'))
    .input(FileEdit.extend(agent))
    .output(FileEdited),
  move: route
    .meta(act)
    .route(file('/move', 'Move a file or folder'))
    .input(FileMove.extend(agent))
    .output(FileInfo),
  remove: route
    .meta(act)
    .route(file('/remove', 'Remove a file or folder'))
    .input(FileRemove.extend(agent))
    .output(FileRemoved),
  mkdir: route
    .meta(act)
    .route(file('/mkdir', 'Make a folder'))
    .input(FileMkdir.extend(agent))
    .output(FileInfo),
  search: route
    .meta(look)
    .route(file('/search', 'Search names and content'))
    .input(FileSearch.extend(agent))
    .output(FileMatches),
  copy: route
    .meta(act)
    .route(file('/copy', 'Copy a file or folder, also out of another workspace'))
    .input(copyFileSchema.extend(agent))
    .output(copiedFileSchema),
  createLink: route
    .meta({ permission: 'workspace:ssh', audit: { action: 'create', resource: 'file_link' } })
    .route({
      ...file('/links', 'Make an address by which one file is read, or written once, without a token'),
      successStatus: 201,
    })
    .input(createFileLinkSchema.extend(agent))
    .output(fileLinkSchema),
};
