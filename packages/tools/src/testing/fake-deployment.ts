import {
  type ApiClient,
  ApiError,
  contract,
  createApiClient,
  type ErrorCode,
  IDEMPOTENCY_KEY_HEADER,
  type ProvisionerLog,
  type Workspace,
  type WorkspaceMetrics,
} from '@coder/api';
import { OpenAPIHandler } from '@orpc/openapi/fetch';
import { implement, ORPCError } from '@orpc/server';
import { aTemplate, aUser, aWorkspace, presets, running, templateParameters } from './fixtures.ts';

/** A deployment in memory: the whole contract's wire format, with as much behind it as the tools' tests need. */
export type FakeDeployment = {
  client: ApiClient;
  workspaces: Workspace[];
  /** The calls that were made, by route name, with their inputs and idempotency keys. */
  calls: { route: string; input: unknown; key: string | null }[];
  /** What the readiness route answers once a start has been asked for. */
  readyAfterStart: boolean;
  logs: ProvisionerLog[];
  metrics: WorkspaceMetrics[];
};

type Procedures = ReturnType<typeof implement<typeof contract>>;
/** Routes that a test answers itself: name as in `processes.start`, and a handler of its input. */
export type Overrides = Record<string, (input: never) => unknown>;

const refuse = (code: ErrorCode, options: ConstructorParameters<typeof ApiError>[1] = {}): never => {
  throw new ApiError(code, options);
};

/** Raw routes that a test answers itself: `POST /files`. */
export type RawOverrides = Record<string, (request: Request) => Response | Promise<Response>>;

/** Makes a deployment. `overrides` answer routes the deployment has no behaviour for, above all those of the agent. */
export function fakeDeployment(overrides: Overrides = {}, raw: RawOverrides = {}): FakeDeployment {
  const state: Omit<FakeDeployment, 'client'> = {
    workspaces: [aWorkspace('api'), aWorkspace('db')],
    calls: [],
    readyAfterStart: true,
    logs: [],
    metrics: [],
  };
  const byId = (id: string): Workspace =>
    state.workspaces.find((workspace) => workspace.id === id) ?? refuse('NOT_FOUND');
  const own: Overrides = {
    'users.get': () => aUser,
    'deployment.appHost': () => ({ host: '' }),
    'templates.list': ({ q = '' }: { q?: string }) => {
      const name = /exact_name:"([^"]*)"/.exec(q)?.[1];
      return name === undefined || name === aTemplate.name ? [aTemplate] : [];
    },
    'templates.get': ({ template }: { template: string }) =>
      template === aTemplate.id ? aTemplate : refuse('NOT_FOUND'),
    'templateVersions.parameters': () => templateParameters,
    'templateVersions.presets': () => presets,
    'workspaces.list': ({ limit = 100, offset = 0 }: { limit?: number; offset?: number }) => ({
      workspaces: state.workspaces.slice(offset, offset + limit),
      count: state.workspaces.length,
    }),
    'workspaces.get': ({ workspace }: { workspace: string }) => byId(workspace),
    'agents.find': ({ workspace, agent }: { workspace: string; agent?: string }) =>
      state.workspaces
        .filter((each) => each.name === workspace)
        .flatMap((each) =>
          each.latest_build.resources
            .flatMap((resource) => resource.agents ?? [])
            .filter((candidate) => agent === undefined || candidate.name === agent)
            .map((candidate) => ({
              agent_id: candidate.id,
              agent_name: candidate.name,
              workspace_id: each.id,
              workspace_name: each.name,
              owner_name: each.owner_name,
              status: candidate.status,
              lifecycle_state: candidate.lifecycle_state,
              usable:
                each.latest_build.status === 'running' &&
                candidate.status === 'connected' &&
                ['ready', 'start_error', 'start_timeout'].includes(candidate.lifecycle_state),
            })),
        ),
    'workspaces.getByName': ({ name }: { name: string }) =>
      state.workspaces.find((workspace) => workspace.name === name) ?? refuse('NOT_FOUND'),
    'workspaces.create': ({ name }: { name: string }) => {
      const made = aWorkspace(name, 'pending');
      state.workspaces.push(made);
      return made;
    },
    'workspaces.createBuild': ({ workspace, transition }: { workspace: string; transition: string }) => {
      const found = byId(workspace);
      if (transition === 'start') running(found, state.readyAfterStart ? 'running' : 'starting');
      else
        found.latest_build = { ...found.latest_build, transition: transition as 'stop', status: 'stopped' };
      return found.latest_build;
    },
    'workspaces.readiness': ({ workspace }: { workspace: string }) => {
      const { latest_build: build } = byId(workspace);
      const ready = build.status === 'running';
      return {
        workspace_id: workspace,
        build_id: build.id,
        build_status: build.job.status,
        build_transition: build.transition,
        state: ready ? 'ready' : 'pending',
        reason: ready ? 'The agent is connected and its startup scripts have finished.' : 'It is starting.',
        ready,
        wait_expired: !ready,
      };
    },
    'workspaces.metrics': () => ({ workspaces: state.metrics }),
    'builds.get': ({ build }: { build: string }) =>
      state.workspaces.find((workspace) => workspace.latest_build.id === build)?.latest_build ??
      refuse('NOT_FOUND'),
    'builds.logs': ({ after = 0 }: { after?: number }) => state.logs.filter((line) => line.id > after),
    ...overrides,
  };
  const router = buildRouter(own, state.calls);
  const handler = new OpenAPIHandler(router as never, {
    customErrorResponseBodyEncoder: (error) => error.data ?? { message: error.message },
  });
  const client = createApiClient({
    url: 'https://coder.example.com',
    token: 'token',
    fetch: async (request) => {
      const answer = raw[`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`];
      if (answer) return answer(request);
      const context = { key: request.headers.get(IDEMPOTENCY_KEY_HEADER) };
      const { response } = await handler.handle(request, { prefix: '/api/v2', context });
      return response ?? Response.json({ message: 'Route not found.' }, { status: 404 });
    },
  });
  return Object.assign(state, { client });
}

type Asked = { input: unknown; context: { key: string | null } };

/** A router of the routes that have a handler; the others are not found, as on a server that lacks them. */
function buildRouter(handlers: Overrides, calls: FakeDeployment['calls']): unknown {
  const os = implement(contract) as unknown as Record<string, Record<string, Procedures['users']['get']>>;
  const router: Record<string, Record<string, unknown>> = {};
  for (const [route, answer] of Object.entries(handlers)) {
    const [folder, name] = route.split('.') as [string, string];
    const procedure = os[folder]?.[name];
    if (!procedure) throw new Error(`the contract has no route ${route}`);
    router[folder] ??= {};
    router[folder][name] = procedure.handler((async ({ input, context }: Asked) => {
      calls.push({ route, input, ...context });
      try {
        return await answer(input as never);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        throw new ORPCError(error.code, { status: error.status, data: error.body() });
      }
    }) as never);
  }
  return router;
}
