import { ApiError, MCP_PATH } from '@coder/api';
import type { Actor } from '../../authorization/index.ts';
import {
  type AuditEntry,
  type AuditOutcome,
  api,
  createHealth,
  createHttpApp,
  createInProcessClients,
  createPipeline,
  createRateLimits,
  type HttpApp,
} from '../../http/index.ts';
import { createNoopLogger, testActor, testClock } from '../../testing/index.ts';
import { createMcpRoutes, type McpDeps } from '../index.ts';

export const accessUrl = 'https://coder.example.com';
const at = '2026-01-02T03:04:05Z';

export type MountedMcp = {
  app: HttpApp;
  /** A request to the MCP endpoint, with a token unless it brings its own headers. */
  request: (path?: string, init?: RequestInit) => Promise<Response>;
  audited: { entry: AuditEntry; outcome: AuditOutcome | undefined; intended: boolean }[];
  /** The commands that were started in the one workspace there is, `running`. */
  commands: string[];
  /** From now on no row can be written before an effect. */
  breakAudit: () => void;
  /** How often a token has been verified. */
  authentications: () => number;
  /** Holds every command that is started from now on, until the returned function is called. */
  holdCommands: () => () => void;
  clock: ReturnType<typeof testClock>;
};

/** The MCP routes over the real pipeline, with a few of the contract's routes behind it. */
export function mountMcp(options: Partial<McpDeps> = {}): MountedMcp {
  const clock = testClock();
  const log = createNoopLogger();
  const audited: MountedMcp['audited'] = [];
  let authentications = 0;
  let held: Promise<void> = Promise.resolve();
  let isAuditBroken = false;
  const commands: string[] = [];
  const actors: Record<string, Actor> = {
    whole: testActor(),
    narrow: testActor({ scopes: ['workspace:read'] }),
  };
  const authenticate: McpDeps['authenticate'] = async ({ headers }) => {
    authentications += 1;
    const bearer = headers.get('authorization')?.replace(/^bearer /i, '');
    const actor = actors[headers.get('coder-session-token') ?? bearer ?? ''];
    if (!actor) throw new ApiError('UNAUTHENTICATED', { detail: 'API key is invalid.' });
    return actor;
  };
  const audit: McpDeps['audit'] = {
    intend: async (entry) => {
      if (isAuditBroken) throw new Error('the disk is full');
      audited.push({ entry, outcome: undefined, intended: true });
    },
    settle: (entry, outcome) => {
      const row = audited.find((one) => one.entry.id === entry.id);
      if (row) row.outcome = outcome;
    },
    record: (entry, outcome) => {
      audited.push({ entry, outcome, intended: false });
    },
  };
  const limits = createRateLimits({ clock });
  const pipeline = createPipeline({
    authenticate,
    authenticateAgent: () => Promise.reject(new ApiError('UNAUTHENTICATED')),
    limits,
    audit,
    // What is to be approved is tested with a whole server.
    approvals: { demanded: () => undefined, pass: () => Promise.reject(new Error('nothing is demanded')) },
    clock,
    log,
  });
  const routed = router(() => held, commands);
  const { routes } = createMcpRoutes({
    experiments: new Set(['oauth2', 'mcp-server-http']),
    accessUrl,
    allowedOrigins: [],
    wildcardAccessUrl: '*.apps.example.com',
    listenHost: '127.0.0.1',
    version: 'v1.2.3',
    settings: { timeoutMs: 120_000, maxRequests: 100, rateLimit: 0 },
    authenticate,
    clientFor: createInProcessClients({
      router: routed,
      pipeline,
      fetch: (request, bindings) => app.fetch(request, bindings),
      accessUrl,
      log,
    }),
    limits,
    audit,
    clock,
    log,
    ...options,
  });
  const app = createHttpApp({
    log,
    health: createHealth({ check: async () => undefined }),
    trustedProxies: { headers: [], origins: [] },
  });
  app.route(MCP_PATH, routes);
  return {
    app,
    clock,
    audited,
    commands,
    breakAudit: () => {
      isAuditBroken = true;
    },
    authentications: () => authentications,
    holdCommands: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    request: async (path = '', init = {}) =>
      app.fetch(
        new Request(`${accessUrl}${MCP_PATH}${path}`, {
          headers: { authorization: 'Bearer whole' },
          ...init,
        }),
      ),
  };
}

const user = {
  id: 'c0000000-0000-4000-8000-000000000001',
  username: 'ada',
  name: '',
  avatar_url: '',
  email: 'ada@example.com',
  created_at: at,
  updated_at: at,
  last_seen_at: at,
  status: 'active' as const,
  login_type: 'password' as const,
  organization_ids: [],
  roles: [],
};

const runningAgent = {
  agent_id: 'a0000000-0000-4000-8000-000000000001',
  agent_name: 'main',
  workspace_id: 'b0000000-0000-4000-8000-000000000001',
  workspace_name: 'running',
  owner_name: 'ada',
  status: 'connected' as const,
  lifecycle_state: 'ready' as const,
  usable: true,
};

function router(held: () => Promise<void>, commands: string[]) {
  return {
    users: { get: api.users.get.handler(() => user) },
    agents: {
      find: api.agents.find.handler(({ input }) => (input.workspace === 'running' ? [runningAgent] : [])),
    },
    processes: {
      start: api.processes.start.handler(({ input }) => {
        commands.push(input.command ?? '');
        throw new ApiError('AGENT_UNREACHABLE');
      }),
    },
    workspaces: {
      list: api.workspaces.list.handler(() => ({ workspaces: [], count: 0 })),
      getByName: api.workspaces.getByName.handler(async () => {
        await held();
        throw new ApiError('NOT_FOUND');
      }),
    },
  };
}
