export { type Changes, createChanges, followLogs, waitForLogs } from '../jobs/index.ts';
export { type BumpActivity, createBumpActivity } from './activity.ts';
export { createKeyedLock, type KeyedLock } from './builds/keyed-lock.ts';
export { runBuild } from './builds/run-build.ts';
export { type BuildRunner, createBuildRunner } from './builds/runner.ts';
export {
  type AgentsPort,
  defaultSettings,
  type WorkspaceSettings,
  type WorkspacesDeps,
} from './deps.ts';
export { usageThresholds } from './metrics.ts';
export { serveWorkspaceStreams } from './raw-routes.ts';
export { createReconciler, type Reconciler } from './reconcile/reconciler.ts';
export { buildRoutes, workspaceRoutes } from './routes.ts';
export { createScheduler, type Scheduler } from './schedule/scheduler.ts';
export { createWorkspaces, type Workspaces } from './service.ts';
