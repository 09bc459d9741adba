import { appUrl, type Workspace, type WorkspaceAgent, type WorkspaceApp } from '@coder/api';
import { CliError } from '../../cli-error.ts';

type Found = { agent: WorkspaceAgent; app: WorkspaceApp };

/** What VS Code in the browser is called in templates. */
const EDITORS = ['code-server', 'vscode-web', 'vscode', 'code'];

function namesOf(found: readonly Found[]): string {
  return found.map(({ app }) => app.slug).join(', ');
}

function appsOf(agents: readonly WorkspaceAgent[]): Found[] {
  return agents.flatMap((agent) => agent.apps.map((app) => ({ agent, app })));
}

/** The app that was named, or the only one there is. Throws with the ones there are. */
export function findApp(
  workspace: string,
  agents: readonly WorkspaceAgent[],
  slug: string | undefined,
): Found {
  const all = appsOf(agents);
  const found = slug === undefined ? all : all.filter(({ app }) => app.slug === slug);
  if (found.length === 1 && found[0]) return found[0];
  if (all.length === 0) {
    throw new CliError(
      `Workspace "${workspace}" has no apps: its template names none. "coder port-forward" reaches any port.`,
    );
  }
  if (slug === undefined)
    throw new CliError(`Workspace "${workspace}" has several apps. Say which: ${namesOf(all)}.`);
  if (found.length > 1) {
    const where = found.map(({ agent }) => `${workspace}.${agent.name}`).join(', ');
    throw new CliError(`Several agents have an app "${slug}". Say which workspace.agent: ${where}.`);
  }
  throw new CliError(`Workspace "${workspace}" has no app "${slug}". It has: ${namesOf(all)}.`);
}

/** The app that is VS Code in the browser. Throws with what to do where there is none. */
export function findEditor(workspace: string, agents: readonly WorkspaceAgent[]): Found {
  const all = appsOf(agents);
  for (const slug of EDITORS) {
    const found = all.find(({ app }) => app.slug === slug);
    if (found) return found;
  }
  throw new CliError(
    `Workspace "${workspace}" has no VS Code: its template has no app named ${EDITORS.join(', ')}. ` +
      'VS Code on your own machine cannot connect; let the template start code-server as an app.',
  );
}

/** The address of an app as the dashboard has it. */
export function addressOf(
  place: { accessUrl: string; appHost: string },
  { owner_name: ownerName, name: workspaceName }: Pick<Workspace, 'owner_name' | 'name'>,
  { agent, app }: Found,
): string {
  if (app.external && app.url !== undefined) return app.url;
  return appUrl(place, { target: app.slug, agentName: agent.name, workspaceName, ownerName });
}
