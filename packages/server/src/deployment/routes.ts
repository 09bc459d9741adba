import { type BuildInfo, publicScopes } from '@coder/api';
import type { AuditLogReader } from '../audit/index.ts';
import { api } from '../http/index.ts';

export type DeploymentRoutesDeps = {
  auditLog: AuditLogReader;
  /** The experiments that are on, and those that `*` switches on. */
  experiments: readonly string[];
  safeExperiments: readonly string[];
  version: string;
  accessUrl: string;
  /** The identity of this deployment, kept in its database. */
  deploymentId: string;
  /** `*.apps.example.com`; empty when subdomain apps are off. */
  appHost: string;
};

/** The version of the agent contract, as build info carries it. */
const agentApiVersion = '1.0';
const provisionerApiVersion = '1.0';

/** The routes by which a deployment says what it is. All that they answer is known when the server starts. */
export const deploymentRoutes = (deps: DeploymentRoutesDeps) => {
  const buildInfo: BuildInfo = {
    external_url: deps.accessUrl,
    version: deps.version,
    dashboard_url: deps.accessUrl,
    telemetry: false,
    workspace_proxy: false,
    agent_api_version: agentApiVersion,
    provisioner_api_version: provisionerApiVersion,
    upgrade_message: '',
    deployment_id: deps.deploymentId,
  };
  return {
    buildInfo: api.deployment.buildInfo.handler(() => buildInfo),
    experiments: api.deployment.experiments.handler(() => [...deps.experiments]),
    availableExperiments: api.deployment.availableExperiments.handler(() => ({
      safe: [...deps.safeExperiments],
    })),
    scopes: api.deployment.scopes.handler(() => ({ external: [...publicScopes] })),
    appHost: api.deployment.appHost.handler(() => ({ host: deps.appHost })),
    audit: api.deployment.audit.handler(({ input, context }) => deps.auditLog.list(context.actor!, input)),
    activity: api.deployment.activity.handler(({ input: { user, ...query }, context }) =>
      deps.auditLog.activity(context.actor!, user, query),
    ),
  };
};
