import type { OpenAPI } from '@orpc/openapi';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The operations of a document, with their paths and methods. */
export function operationsOf(paths: OpenAPI.PathsObject) {
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item?.[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}

/** What the routes of each tag are for. */
const descriptions: Record<string, string> = {
  General: 'What the deployment says of itself.',
  Authorization: 'What a token may ask for, and what its holder may do.',
  Applications: 'Where apps of workspaces are served.',
  Audit: 'What was done, by whom, through what.',
  Health: 'Whether the deployment can do its work.',
  Provisioning: 'What runs builds and imports, and those as jobs.',
  Insights: 'What goes on over days: who is active, with which templates.',
  Users: 'People, how they sign in, and what they have set for themselves.',
  Organizations: 'Organizations and their members.',
  Groups: 'Groups of members.',
  Quotas: 'What users and groups may use.',
  'API keys': 'Sessions and tokens.',
  Templates: 'What workspaces are made from: templates, their versions, and archives.',
  Workspaces: 'Workspaces, their schedules and with whom they are shared.',
  Builds: 'Each start, stop and delete of a workspace.',
  Agents: 'The program inside a workspace, and the processes that it runs.',
  Files: 'Files inside a workspace.',
  'Ports and apps': 'HTTP and WebSocket to what listens inside a workspace.',
  'OAuth2 consent': 'What applications ask a user for, and what they have been allowed.',
  'OAuth2 applications': 'The applications that an administrator has entered.',
  Approvals: 'What a person has to see first, and what waits for it.',
};

/** The tags that operations have, in the order they first come. */
export function tagsOf(paths: OpenAPI.PathsObject): OpenAPI.TagObject[] {
  const names = new Set(operationsOf(paths).flatMap(({ operation }) => operation.tags ?? []));
  return [...names].map((name) => {
    const description = descriptions[name];
    return description === undefined ? { name } : { name, description };
  });
}
