import { fileURLToPath } from 'node:url';
import { MCP_PATH } from '@coder/api';
import { createAgents } from '../agents/index.ts';
import { createApps } from '../apps/index.ts';
import { createDashboard } from '../dashboard/index.ts';
import { api, createApiHandler, createInProcessClients, createRawRoutes } from '../http/index.ts';
import { apiKeyRoutes, createUserSettings, userRoutes, userSettingsRoutes } from '../identity/index.ts';
import { createMcpRoutes } from '../mcp/index.ts';
import { createOAuth } from '../oauth/index.ts';
import { createSwagger, serveOpenApi } from '../openapi/index.ts';
import {
  autofillRoutes,
  buildDetailRoutes,
  buildRoutes,
  createBumpActivity,
  portShareRoutes,
  serveWorkspaceStreams,
  workspaceDetailRoutes,
  workspaceRoutes,
} from '../workspaces/index.ts';
import { approvalLookUp } from './approval-look-up.ts';
import { composeAdmission } from './compose-admission.ts';
import { composeDeployment } from './compose-deployment.ts';
import { composeInsights } from './compose-insights.ts';
import { composeJobs } from './compose-jobs.ts';
import { composeOrganizations } from './compose-organizations.ts';
import { composeTemplates } from './compose-templates.ts';
import { composeWorkspaces } from './compose-workspaces.ts';
import type { Composition, Ground } from './ground.ts';

const DASHBOARD = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

/** Builds the server's capabilities on the ground, by hand and in order, and adds their routes to the application. */
export async function compose(ground: Ground): Promise<Composition> {
  const { config, accessUrl, log, clock, app, upgrades, version } = ground;
  const { db } = ground.database;

  const lookUp = approvalLookUp(db, () => ({ access: agents.access, organizations, files }));
  const { audit, identity, approvals, organizations, limits, pipeline } = await composeAdmission(ground, {
    lookUp,
  });
  const jobs = await composeJobs(ground);

  const bumpActivity = createBumpActivity(db);
  const agents = await createAgents({
    changes: jobs.changes,
    db,
    clock,
    log,
    notifications: ground.notifications,
    replicaId: jobs.replica.id,
    inactiveDisconnectMs: config.agentInactiveDisconnectTimeout,
    accessUrl,
    actorOfKey: identity.actorOfKey,
    whileGood: identity.whileGood,
    onActivity: (workspaceId, at) => {
      bumpActivity(workspaceId, at).catch((err: unknown) =>
        log.warn({ err }, 'activity could not be stored'),
      );
    },
  });
  const apps = await createApps({
    db,
    withoutSharing: config.disableWorkspaceSharing,
    changes: jobs.changes,
    clock,
    accessUrl,
    appHost: config.wildcardAccessUrl,
    pipeline,
    audit,
    log,
    access: agents.access,
    actorOfKey: identity.actorOfKey,
    whileGood: identity.whileGood,
    openRequests: ground.openRequests,
  });
  // Before all other routes: what comes to an app's host name is the app's, whatever its path.
  apps.mount(app, upgrades);

  const { workspaces, checkRuntime, ...building } = composeWorkspaces(ground, {
    agents,
    jobs,
    forget: identity.forget,
  });
  const { files, ...templates } = composeTemplates(ground, {
    organizations,
    checkRuntime,
    runtimes: building.runtimes,
    jobs,
  });

  const oauth = await createOAuth({
    db,
    clock,
    log,
    audit,
    authenticate: identity.authenticate,
    accessUrl,
    experiments: config.experiments,
    sessionDurationMs: config.sessionDuration,
    isLimited: !config.dangerousDisableRateLimits,
    allowedOrigins: config.oauth2AllowedOrigins,
    documentsProxy: config.oauth2DocumentsProxy,
    ...(ground.fetchDocument ? { fetchDocument: ground.fetchDocument } : {}),
  });
  app.route('/', oauth.routes);

  const insights = composeInsights(ground);
  const router = api.router({
    ...composeDeployment(ground, { organizations, runtimes: building.runtimes }),
    users: {
      ...userRoutes({ identity, organizations }),
      ...userSettingsRoutes({ users: identity.users, settings: createUserSettings({ db, clock }) }),
      ...autofillRoutes({ db, users: identity.users }),
    },
    ...composeOrganizations(ground, { organizations, forget: identity.forget }),
    apiKeys: apiKeyRoutes({ identity }),
    insights: insights.insights,
    ...templates.routes,
    workspaces: {
      ...workspaceRoutes({ workspaces }),
      ...portShareRoutes({ workspaces }),
      ...workspaceDetailRoutes({ workspaces }),
    },
    builds: { ...buildRoutes({ workspaces }), ...buildDetailRoutes({ workspaces }) },
    ...agents.routes,
    ...oauth.apiRoutes,
    approvals: approvals.routes,
  });
  const handleApi = createApiHandler({ router, pipeline, accessUrl, log });
  const rawRoutes = createRawRoutes({
    app,
    upgrades,
    pipeline,
    accessUrl,
    log,
    whileGood: identity.whileGood,
    stopping: ground.stopping,
  });
  agents.mount(rawRoutes);
  serveWorkspaceStreams(rawRoutes, { workspaces });
  templates.mount(rawRoutes);
  serveOpenApi(rawRoutes, { version, secure: accessUrl.startsWith('https:') });
  rawRoutes.mountApi(handleApi);
  const mcp = createMcpRoutes({
    experiments: config.experiments,
    accessUrl,
    allowedOrigins: config.oauth2AllowedOrigins,
    wildcardAccessUrl: config.wildcardAccessUrl,
    listenHost: config.httpAddress.host,
    allowedHosts: config.httpAllowedHosts,
    version,
    settings: {
      timeoutMs: config.mcpHttpTimeout,
      maxRequests: config.mcpHttpMaxRequests,
      rateLimit: config.dangerousDisableRateLimits ? 0 : config.mcpHttpRateLimit,
    },
    authenticate: identity.authenticate,
    clientFor: createInProcessClients({
      router,
      pipeline,
      fetch: (request, bindings) => app.fetch(request, bindings),
      accessUrl,
      log,
    }),
    limits,
    audit,
    clock,
    log,
  });
  app.route(MCP_PATH, mcp.routes);
  app.route('/', createSwagger({ isEnabled: config.swaggerEnable }));
  app.route('/', createDashboard({ directory: DASHBOARD }));

  await building.start();

  return {
    async drain(signal) {
      await building.drain();
      signal.throwIfAborted();
    },
    async close() {
      await mcp.close();
      await oauth.close();
      building.close();
      await insights.close();
      templates.close();
      await agents.close();
      await jobs.replica.stop();
      approvals.close();
      await identity.close();
      await audit.flush();
    },
  };
}
