import { fileURLToPath } from 'node:url';
import { MCP_PATH } from '@coder/api';
import { createAgents } from '../agents/index.ts';
import { createApps } from '../apps/index.ts';
import { createAuditLogReader, createAuditTrail } from '../audit/index.ts';
import { knownExperiments, safeExperiments } from '../config/index.ts';
import { createDashboard } from '../dashboard/index.ts';
import { deploymentRoutes } from '../deployment/index.ts';
import {
  api,
  createApiHandler,
  createInProcessClients,
  createPipeline,
  createRateLimits,
  createRawRoutes,
} from '../http/index.ts';
import { apiKeyRoutes, createIdentity, userRoutes } from '../identity/index.ts';
import { createChanges, createQueue, createReplica, followLogs, waitForLogs } from '../jobs/index.ts';
import { createMcpRoutes } from '../mcp/index.ts';
import { createOAuth } from '../oauth/index.ts';
import { createOrganizations, organizationRoutes } from '../organizations/index.ts';
import {
  createFiles,
  createStarterTemplates,
  createTemplates,
  createTemplateVersions,
  IMPORT_TASK,
  type ImportTask,
  importTemplateVersion,
  loadBuildableVersion,
  serveTemplateStreams,
  type TemplatesDeps,
  templateRoutes,
  templateVersionRoutes,
} from '../templates/index.ts';
import {
  buildRoutes,
  createBuildRunner,
  createBumpActivity,
  createKeyedLock,
  createReconciler,
  createScheduler,
  createWorkspaces,
  defaultSettings,
  serveWorkspaceStreams,
  workspaceRoutes,
} from '../workspaces/index.ts';
import type { Composition, Ground } from './ground.ts';
import { createLocalRuntime } from './local-runtime.ts';

/** How often the machine is compared with the database, besides at the start and after each build. */
const RECONCILE_EVERY_MS = 30_000;
const DASHBOARD = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));
const STARTERS = fileURLToPath(new URL('../../../../templates', import.meta.url));

/** Builds the server's capabilities on the ground, by hand and in order, and adds their routes to the application. */
export async function compose(ground: Ground): Promise<Composition> {
  const { config, accessUrl, log, clock, notifications, app, upgrades, version } = ground;
  const { db, pool } = ground.database;

  const audit = createAuditTrail({ db, log, registry: ground.metrics.registry });
  const identity = await createIdentity({
    db,
    notifications,
    clock,
    log,
    accessUrl,
    sessionDurationMs: config.sessionDuration,
    defaultTokenLifetimeMs: config.defaultTokenLifetime,
    maxTokenLifetimeMs: config.maxTokenLifetime,
    disableSessionRefresh: config.disableSessionExpiryRefresh,
    disableOwnerWorkspaceAccess: config.disableOwnerWorkspaceAccess,
  });
  const organizations = createOrganizations({ db });
  const limits = config.dangerousDisableRateLimits
    ? { api: 0, login: 0, files: 0 }
    : { api: config.apiRateLimit };
  const rateLimits = createRateLimits({ ...limits, clock });
  const pipeline = createPipeline({
    authenticate: identity.authenticate,
    authenticateAgent: identity.authenticateAgent,
    limits: rateLimits,
    audit,
    clock,
    log,
  });

  const replica = createReplica({ db, clock, log, dataDir: config.dataDir, version });
  await replica.start();
  const queue = createQueue({ pool, db, log, replicaId: replica.id });
  await queue.migrate();
  const changes = createChanges(notifications);

  const bumpActivity = createBumpActivity(db);
  const agents = await createAgents({
    db,
    clock,
    log,
    notifications,
    replicaId: replica.id,
    inactiveDisconnectMs: config.agentInactiveDisconnectTimeout,
    onActivity: (workspaceId, at) => {
      bumpActivity(workspaceId, at).catch((err: unknown) =>
        log.warn({ err }, 'activity could not be stored'),
      );
    },
  });

  const apps = await createApps({
    db,
    clock,
    accessUrl,
    appHost: config.wildcardAccessUrl,
    pipeline,
    audit,
    access: agents.access,
    actorOfKey: identity.actorOfKey,
  });
  // Before all other routes: what comes to an app's host name is the app's, whatever its path.
  apps.mount(app, upgrades);

  const local = createLocalRuntime(ground, () => reconciler.poke());
  const provisioners = new Map([[local.runtime, local]]);
  const templatesDeps: TemplatesDeps = {
    db,
    clock,
    log,
    organizations,
    starters: createStarterTemplates({ directory: STARTERS }),
    checkRuntime: async (runtime) => provisioners.get(runtime)?.check(),
    jobs: {
      enqueueImport: (jobId, trx) =>
        queue.enqueue(IMPORT_TASK, { job_id: jobId } satisfies ImportTask, { jobKey: jobId, db: trx }),
      readLogs: (jobId, input, signal) => waitForLogs({ db, changes }, jobId, input, signal),
      followLogs: (jobId, after, signal) => followLogs({ db, changes }, jobId, after, signal),
    },
  };
  queue.handle(IMPORT_TASK, (payload) =>
    importTemplateVersion(templatesDeps, (payload as ImportTask).job_id),
  );
  const files = createFiles({ db, clock });
  const templates = createTemplates(templatesDeps);
  const versions = createTemplateVersions({ ...templatesDeps, files });

  const workspacesDeps = {
    db,
    clock,
    log,
    queue,
    changes,
    replica,
    provisioners,
    templates: { loadBuildableVersion },
    agents,
    settings: {
      ...defaultSettings,
      buildTimeoutMs: config.buildTimeout,
      inactiveDisconnectMs: config.agentInactiveDisconnectTimeout,
    },
    lock: createKeyedLock(),
  };
  const workspaces = createWorkspaces(workspacesDeps);
  const runner = createBuildRunner(workspacesDeps);
  const scheduler = createScheduler(workspacesDeps);
  const reconciler = createReconciler({ ...workspacesDeps, buryDead: replica.buryDead });

  const oauth = await createOAuth({
    db,
    clock,
    log,
    audit,
    accessUrl,
    experiments: config.experiments,
    sessionDurationMs: config.sessionDuration,
    rateLimit: config.dangerousDisableRateLimits ? 0 : 60,
    allowedOrigins: config.oauth2AllowedOrigins,
    ...(ground.fetchDocument ? { fetchDocument: ground.fetchDocument } : {}),
  });
  app.route('/', oauth.routes);

  const router = api.router({
    deployment: deploymentRoutes({
      auditLog: createAuditLogReader({ db }),
      experiments: knownExperiments.filter((name) => config.experiments.has(name)),
      safeExperiments,
      version,
      accessUrl,
      deploymentId: ground.deploymentId,
      appHost: config.wildcardAccessUrl,
    }),
    users: userRoutes({ identity, organizations }),
    organizations: organizationRoutes({ organizations }),
    apiKeys: apiKeyRoutes({ identity }),
    templates: templateRoutes({ templates, versions }),
    templateVersions: templateVersionRoutes({ versions }),
    workspaces: workspaceRoutes({ workspaces }),
    builds: buildRoutes({ workspaces }),
    ...agents.routes,
    ...oauth.apiRoutes,
  });
  const apiHandler = createApiHandler({ router, pipeline, accessUrl, log });
  const rawRoutes = createRawRoutes({ app, upgrades, pipeline, accessUrl, log });
  agents.mount(rawRoutes);
  serveWorkspaceStreams(rawRoutes, { workspaces });
  serveTemplateStreams(rawRoutes, { files, versions });
  rawRoutes.mountApi(apiHandler);
  const mcp = createMcpRoutes({
    experiments: config.experiments,
    accessUrl,
    allowedOrigins: config.oauth2AllowedOrigins,
    wildcardAccessUrl: config.wildcardAccessUrl,
    listenHost: config.httpAddress.host,
    version,
    settings: {
      timeoutMs: config.mcpHttpTimeout,
      maxRequests: config.mcpHttpMaxRequests,
      rateLimit: config.mcpHttpRateLimit,
    },
    authenticate: identity.authenticate,
    clientFor: createInProcessClients({ router, pipeline, handleApi: apiHandler, accessUrl, log }),
    limits: rateLimits,
    audit,
    clock,
    log,
  });
  app.route(MCP_PATH, mcp.routes);
  app.route('/', createDashboard({ directory: DASHBOARD }));

  await runner.start();
  await queue.run({ concurrency: config.provisionerDaemons });
  scheduler.start(config.autobuildPollInterval);
  await reconciler.start(RECONCILE_EVERY_MS);
  local.prepare().catch((err: unknown) => log.warn({ err }, 'the local runtime could not be prepared'));

  return {
    async drain(signal) {
      await Promise.all([scheduler.stop(), reconciler.stop()]);
      await queue.stop({ deadlineMs: config.shutdownTimeout });
      signal.throwIfAborted();
    },
    async close() {
      await mcp.close();
      await oauth.close();
      runner.stop();
      await agents.close();
      await replica.stop();
      await identity.close();
      await audit.flush();
    },
  };
}
