import type { Workspace, WorkspaceAgent, WorkspaceBuild } from '@coder/api';

/** What a bundle says in place of what no bundle holds: values of parameters and variables, and text that people had run. */
const LEFT_OUT = '[left out]';

const leftOut = (text: string) => (text === '' ? '' : LEFT_OUT);

/** Parameters of a build by their names alone. */
export function withoutValues<Parameter extends { value: string }>(
  parameters: readonly Parameter[],
): Parameter[] {
  return parameters.map((parameter) => ({ ...parameter, value: leftOut(parameter.value) }));
}

/** An agent without the text of its scripts and commands, and without the values of its variables. */
export function agentWithoutScripts(agent: WorkspaceAgent): WorkspaceAgent {
  return {
    ...agent,
    environment_variables: Object.fromEntries(
      Object.entries(agent.environment_variables).map(([name, value]) => [name, leftOut(value)]),
    ),
    scripts: agent.scripts.map((one) => ({ ...one, script: leftOut(one.script) })),
    apps: agent.apps.map((app) =>
      app.command === undefined ? app : { ...app, command: leftOut(app.command) },
    ),
  };
}

/** A build whose agents have no scripts. */
export function buildWithoutScripts(build: WorkspaceBuild): WorkspaceBuild {
  return {
    ...build,
    resources: build.resources.map((resource) =>
      resource.agents === undefined
        ? resource
        : { ...resource, agents: resource.agents.map(agentWithoutScripts) },
    ),
  };
}

/** A workspace whose agents have no scripts. */
export function workspaceWithoutScripts(workspace: Workspace): Workspace {
  return { ...workspace, latest_build: buildWithoutScripts(workspace.latest_build) };
}
