import { call, type Prompt, steps } from './prompt.ts';

/** The three examples of the guide to web-based agents, as calls of these tools. */

const DEFAULT_PROJECT = 'a modern web application with React, TypeScript and Tailwind CSS';

export const projectInitialization: Prompt = {
  name: 'project_initialization',
  title: 'Start a project',
  description: 'Create a workspace and set up a project in it, checked by running it',
  arguments: [
    { name: 'project', description: `What to set up; default: ${DEFAULT_PROJECT}` },
    { name: 'workspace', description: 'Name of the new workspace; default: web-app' },
    { name: 'template', description: 'Template to create it from; default: node' },
  ],
  needs: [
    'coder_list_templates',
    'coder_get_template',
    'coder_create_workspace',
    'coder_workspace_readiness',
    'coder_workspace_bash',
    'coder_workspace_process_output',
    'coder_workspace_write_file',
    'coder_workspace_port_forward',
  ],
  render({ project = DEFAULT_PROJECT, workspace = 'web-app', template = 'node' }) {
    return [
      `Set up a project in a workspace of its own: ${project}`,
      '',
      steps([
        `Look at the template: ${call('coder_get_template', { template_id: template })}. If there is none of this name, ${call('coder_list_templates', {})}, and ask me which to use.`,
        `Create the workspace: ${call('coder_create_workspace', { name: workspace, template_id: template, wait_ms: 45_000 })}. Give rich_parameters where the template's defaults do not fit. If it is not ready then: ${call('coder_workspace_readiness', { workspace, wait_ms: 30_000 })}.`,
        `Look at what is there: ${call('coder_workspace_bash', { workspace, command: 'pwd; ls -A; node --version; npm --version' })}.`,
        `Initialize the project in the folder where commands start, with its usual generator. Generators must ask nothing: give every choice as an option. Give installations time: ${call('coder_workspace_bash', { workspace, command: 'npm install', timeout_ms: 600_000 })}; what takes over 45 s is followed with coder_workspace_process_output.`,
        'Where no package registry can be reached, say so, and write the files yourself with coder_workspace_write_file, for what is installed already.',
        'Set up the basic structure: sources, tests, a build, a README, and scripts for them.',
        `Check it: run the build and the tests, start the server with coder_workspace_bash and background true, and give me the URL from ${call('coder_workspace_port_forward', { workspace, port: 8080 })} with the port that it listens on.`,
        'Show me what you ran, what came out, and what is left to do.',
      ]),
    ].join('\n');
  },
};

const DEFAULT_CHANGE =
  'Deploy my frontend changes to staging and update the backend API documentation to reflect the new endpoints.';

export const crossWorkspace: Prompt = {
  name: 'cross_workspace',
  title: 'Work across workspaces',
  description:
    'Build in one workspace, deploy to a second, update the documentation in a third, and verify all of it',
  arguments: [
    {
      name: 'change',
      description: 'What is to be done; default: deploy the frontend, document the new endpoints',
    },
    { name: 'frontend', description: 'Workspace of the frontend; default: frontend' },
    { name: 'backend', description: 'Workspace of the backend; default: backend' },
    { name: 'staging', description: 'Workspace that serves staging; default: staging' },
  ],
  needs: [
    'coder_list_workspaces',
    'coder_workspace_ls',
    'coder_workspace_bash',
    'coder_workspace_copy',
    'coder_workspace_read_file',
    'coder_workspace_edit_file',
    'coder_workspace_process_list',
    'coder_workspace_port_forward',
  ],
  render({ change = DEFAULT_CHANGE, frontend = 'frontend', backend = 'backend', staging = 'staging' }) {
    return [
      change,
      '',
      'The paths below are examples: find the real ones first.',
      '',
      steps([
        `See what there is: ${call('coder_list_workspaces', {})}. If one of ${[frontend, backend, staging].map((name) => JSON.stringify(name)).join(', ')} is missing, ask me which is meant.`,
        `Look at the frontend: ${call('coder_workspace_ls', { workspace: frontend, path: '~' })}, and its changes: ${call('coder_workspace_bash', { workspace: frontend, command: 'git status --short && git log --oneline -5' })}.`,
        `Test and build it: ${call('coder_workspace_bash', { workspace: frontend, command: 'npm test && npm run build', timeout_ms: 600_000 })}. Stop here if either fails, and show me why.`,
        `Deploy what was built: ${call('coder_workspace_copy', { workspace: frontend, path: '~/app/dist', to_workspace: staging, to_path: '~/site', overwrite: true })}.`,
        `See whether staging serves it: ${call('coder_workspace_process_list', { workspace: staging, state: 'running' })}; if nothing does, start its server with coder_workspace_bash and background true.`,
        `Update the documentation of the API: read the backend's routes and its documentation with coder_workspace_read_file in ${JSON.stringify(backend)}, and change what no longer holds with coder_workspace_edit_file.`,
        `Verify the deployment: ask the server for a page from within, ${call('coder_workspace_bash', { workspace: staging, command: 'curl -fsS http://localhost:8080/ | head -c 2000' })}, and give me the URL from ${call('coder_workspace_port_forward', { workspace: staging, port: 8080 })}.`,
        `Run the integration tests: ${call('coder_workspace_bash', { workspace: backend, command: 'npm test', timeout_ms: 600_000 })}.`,
        'Tell me what was deployed, with its SHA-256 from the copy, what you changed in the documentation, and what the tests said.',
      ]),
    ].join('\n');
  },
};

export const infrastructureCheck: Prompt = {
  name: 'infrastructure_check',
  title: 'Check all workspaces',
  description:
    'See status and resource use of all workspaces, find too small and too large ones, and suggest changes',
  arguments: [{ name: 'owner', description: 'Whose workspaces; default: me, "*" for all you can see' }],
  needs: [
    'coder_list_workspaces',
    'coder_workspace_metrics',
    'coder_get_template',
    'coder_workspace_update',
    'coder_create_workspace_build',
  ],
  render({ owner = 'me' }) {
    const name = 'NAME';
    return [
      'Check the status of all my workspaces and suggest how their resources could be allocated better.',
      '',
      steps([
        `List them with their status: ${call('coder_list_workspaces', { owner, limit: 100 })}. Go on with next_cursor while there is one.`,
        `See what they use, now and over the last hour: ${call('coder_workspace_metrics', owner === 'me' ? {} : { q: owner === '*' ? 'status:running' : `owner:${owner}` })}.`,
        'Sort them: underused, overloaded, unhealthy, failed, long not used, outdated. The verdict of each comes with its reason; one that has not been watched for long proves nothing.',
        `For each that should change see what its template allows: ${call('coder_get_template', { template_id: 'TEMPLATE' })}.`,
        'Suggest changes in a table: the workspace, what it has and uses, what it should have, and why. A restart ends what runs in it, so say where something runs.',
        `Apply nothing before I have agreed. Then change one at a time: ${call('coder_workspace_update', { workspace: name, rich_parameters: { cpus: 1, memory: 1 }, wait_ms: 45_000 })}; stop what nobody uses: ${call('coder_create_workspace_build', { workspace_id: name, transition: 'stop' })}. Never delete one.`,
        'Check afterwards that each is ready, and tell me what has changed.',
      ]),
    ].join('\n');
  },
};
