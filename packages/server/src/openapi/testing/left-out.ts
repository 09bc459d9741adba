export type LeftOut = { readonly reason: string; readonly routes: readonly string[] };

/** Which of upstream's routes are not here, and why: one sentence each. */
export const leftOut: readonly LeftOut[] = [
  {
    reason: 'Nothing is sold, so there are no licences.',
    routes: ['GET /licenses', 'POST /licenses', 'DELETE /licenses/{id}'],
  },
  {
    reason: 'The dashboard has one look for all.',
    routes: ['GET /appearance', 'PUT /appearance'],
  },
  {
    reason:
      'Every server runs builds, so `GET /organizations/{organization}/provisionerdaemons` lists the servers.',
    routes: ['GET /replicas'],
  },
  {
    reason:
      'Apps are served by the servers themselves, wherever they are, and by no proxies apart from them.',
    routes: ['GET /workspaceproxies'],
  },
  {
    reason:
      'A browser shows in its console what the page was not allowed to do, and nobody would read it here.',
    routes: ['POST /csp/reports'],
  },
  {
    reason: 'It writes entries of things that never happened, which an audit log must not hold.',
    routes: ['POST /audit/testgenerate'],
  },
  {
    reason: 'The report of `GET /debug/health` does not look at WebSockets.',
    routes: ['GET /debug/ws'],
  },
  {
    reason: 'Metrics are at `/metrics` on an address of their own (`--prometheus-address`).',
    routes: ['GET /debug/metrics'],
  },
  {
    reason: 'They show the inside of a program written in Go, and this one is not.',
    routes: [
      'GET /debug/expvar',
      'POST /debug/profile',
      'GET /debug/pprof',
      'GET /debug/pprof/cmdline',
      'GET /debug/pprof/profile',
      'GET /debug/pprof/symbol',
      'GET /debug/pprof/trace',
    ],
  },
  {
    reason:
      'Agents are reached through the server, over the connection that each holds to it, so there is no network of relays beside it.',
    routes: [
      'GET /debug/coordinator',
      'GET /debug/tailnet',
      'GET /debug/derp/traffic',
      'GET /workspaceagents/{workspaceagent}/connection',
      'GET /workspaceagents/{workspaceagent}/coordinate',
      'GET /workspaceagents/connection',
      'GET /derp-map',
      'GET /tailnet',
    ],
  },
  {
    reason:
      'How long the way from a user to a workspace takes is not recorded; `coder speedtest` measures it.',
    routes: ['GET /insights/user-latency'],
  },
  {
    reason: 'The server sends no mail; an administrator sets a new password (`PUT /users/{user}/password`).',
    routes: ['POST /users/otp/request', 'POST /users/otp/change-password'],
  },
  {
    reason: 'Users sign in with a password; GitHub and OpenID Connect are not built.',
    routes: [
      'GET /users/oauth2/github/callback',
      'GET /users/oauth2/github/device',
      'GET /users/oidc/callback',
      'GET /users/oidc-claims',
      'GET /debug/{user}/debug-link',
      'POST /users/{user}/convert-login',
    ],
  },
  {
    reason: 'The server keeps no keys of users for git: a workspace uses those that its user has put there.',
    routes: [
      'GET /users/{user}/gitsshkey',
      'PUT /users/{user}/gitsshkey',
      'GET /workspaceagents/me/gitsshkey',
    ],
  },
  {
    reason: 'A template cannot ask that workspaces be stopped at certain hours, so there are none to choose.',
    routes: ['GET /users/{user}/quiet-hours', 'PUT /users/{user}/quiet-hours'],
  },
  {
    reason:
      'Nothing is sent to users; what waits for them is shown in the dashboard and by `GET /approvals`.',
    routes: [
      'GET /users/{user}/notifications/preferences',
      'PUT /users/{user}/notifications/preferences',
      'POST /users/{user}/webpush/subscription',
      'DELETE /users/{user}/webpush/subscription',
      'POST /users/{user}/webpush/test',
      'GET /notifications/inbox',
      'GET /notifications/inbox/watch',
      'PUT /notifications/inbox/mark-all-as-read',
      'PUT /notifications/inbox/{id}/read-status',
      'GET /notifications/settings',
      'PUT /notifications/settings',
      'GET /notifications/templates/system',
      'GET /notifications/templates/custom',
      'GET /notifications/dispatch-methods',
      'POST /notifications/test',
      'POST /notifications/custom',
    ],
  },
  {
    reason: 'The server does not sign in to git hosts for its users, so it holds none of their tokens.',
    routes: [
      'GET /external-auth',
      'GET /external-auth/{externalauth}',
      'DELETE /external-auth/{externalauth}',
      'GET /external-auth/{externalauth}/device',
      'POST /external-auth/{externalauth}/device',
      'GET /workspaceagents/me/gitauth',
      'GET /workspaceagents/me/external-auth',
    ],
  },
  {
    reason: 'Provisioners run inside of the servers and do not connect from elsewhere.',
    routes: ['GET /organizations/{organization}/provisionerdaemons/serve'],
  },
  {
    reason:
      'Every member of an organization may use its templates; who shall not is given an organization of their own.',
    routes: [
      'GET /templates/{template}/acl',
      'PATCH /templates/{template}/acl',
      'GET /templates/{template}/acl/available',
    ],
  },
  {
    reason: 'Upstream itself answers with an empty list, for programs older than `…/rich-parameters`.',
    routes: [
      'GET /templateversions/{templateversion}/schema',
      'GET /templateversions/{templateversion}/parameters',
    ],
  },
  {
    reason: 'It is the old name of `GET /workspaceagents/{agent}/logs`.',
    routes: ['GET /workspaceagents/{workspaceagent}/startup-logs'],
  },
  {
    reason: 'Containers that run inside of a workspace are not looked into.',
    routes: [
      'GET /workspaceagents/{workspaceagent}/containers',
      'GET /workspaceagents/{workspaceagent}/containers/watch',
      'DELETE /workspaceagents/{workspaceagent}/containers/devcontainers/{devcontainer}',
      'POST /workspaceagents/{workspaceagent}/containers/devcontainers/{devcontainer}/recreate',
    ],
  },
  {
    reason:
      "An agent talks with its server in one way, over `GET /workspaceagents/me/link`, and upstream's agents do not connect.",
    routes: [
      'GET /workspaceagents/me/rpc',
      'PATCH /workspaceagents/me/logs',
      'POST /workspaceagents/me/log-source',
      'GET /workspaceagents/me/reinit',
    ],
  },
  {
    reason: 'The provisioner starts the agent, so that no machine has to fetch it or to prove what it is.',
    routes: [
      'POST /workspaceagents/azure-instance-identity',
      'POST /workspaceagents/aws-instance-identity',
      'POST /workspaceagents/google-instance-identity',
      'GET /init-script/{os}/{arch}',
    ],
  },
  {
    reason: 'Tasks are not built yet; an AI agent works in a workspace through the MCP tools.',
    routes: [
      'GET /tasks',
      'POST /tasks/{user}',
      'GET /tasks/{user}/{task}',
      'DELETE /tasks/{user}/{task}',
      'PATCH /tasks/{user}/{task}/input',
      'POST /tasks/{user}/{task}/send',
      'GET /tasks/{user}/{task}/logs',
      'POST /tasks/{user}/{task}/pause',
      'POST /tasks/{user}/{task}/resume',
      'POST /workspaceagents/me/tasks/{task}/log-snapshot',
    ],
  },
];
