/** One behaviour that the documentation promises: what, and where it is promised. */
export type Requirement = { readonly id: string; readonly promise: string; readonly source: string };

/**
 * Everything the product promises to its users, as data: the list to read to know what it does. A test says which of
 * them it verifies; a check fails for one that no test verifies.
 */
export const requirements = [
  {
    id: 'quickstart.first-run',
    promise:
      'quickstart creates the owner, signs the command line in, publishes the starter templates, starts the workspace demo and prints how to connect',
    source: 'README, Start',
  },
  {
    id: 'quickstart.password-file',
    promise: 'the password of the first run is printed once and kept in a file that only its owner can read',
    source: 'README, Start',
  },
  {
    id: 'quickstart.chosen-owner',
    promise: 'CODER_FIRST_USER_EMAIL, _USERNAME and _PASSWORD choose the owner',
    source: 'README, Start',
  },
  {
    id: 'quickstart.no-sandbox',
    promise:
      'without bubblewrap quickstart says so loudly and runs workspaces as plain processes, which still end and go with their workspace',
    source: 'README, Start',
  },
  { id: 'quickstart.again', promise: 'run again, quickstart only serves', source: 'README, Start' },
  {
    id: 'quickstart.beside',
    promise: 'run while it runs, quickstart says so, where the dashboard is and how to stop it',
    source: 'README, Start',
  },
  {
    id: 'server.help',
    promise: 'coder server --help groups the options and lists the experiments',
    source: 'docs/reference/configuration.md',
  },
  {
    id: 'server.bad-config',
    promise: 'all problems of a configuration are listed at once, each with its source',
    source: 'docs/reference/configuration.md',
  },
  { id: 'server.health', promise: '/healthz and /api/v2/buildinfo answer', source: 'docs/architecture.md' },
  {
    id: 'mcp.cancel',
    promise:
      'a command of coder_workspace_bash ends when its call is cancelled, unless it can be asked for again; what it wrote is kept',
    source: 'docs/mcp.md',
  },
  {
    id: 'limits.memory',
    promise: 'when the commands of a workspace take all its memory, its agent and what it keeps go on',
    source: 'docs/templates.md, runtime',
  },
  {
    id: 'limits.processes',
    promise: 'when the commands of a workspace take all its processes, its agent answers and can end them',
    source: 'docs/templates.md, runtime',
  },
  {
    id: 'server.term',
    promise: 'TERM stops the server in order and leaves workspaces running',
    source: 'README, Start',
  },
  {
    id: 'server.kill',
    promise:
      'after kill -9 the server starts again on the same state: agents reconnect, running commands and their output are still there',
    source: 'docs/architecture.md',
  },
  {
    id: 'server.kill-mid-build',
    promise: 'a build that kill -9 interrupts ends in a true state and leaves no orphan process',
    source: 'docs/architecture.md',
  },
  {
    id: 'cli.login',
    promise: 'coder login creates the first user of a new deployment',
    source: 'README, Use',
  },
  {
    id: 'cli.login-device',
    promise:
      'coder login signs in by a code that is allowed in a browser, narrowed there, and renews itself while it is used',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.login-terminal',
    promise: 'on a terminal coder login offers the browser first, and asks for a password with --email',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.whoami',
    promise: 'coder whoami says who is signed in, logout ends that',
    source: 'README, Use',
  },
  {
    id: 'cli.templates',
    promise: 'templates init, push, list, pull, versions, edit and delete',
    source: 'README, Use',
  },
  {
    id: 'cli.templates-push-asks',
    promise: 'on a terminal templates push asks before it publishes, unless told --yes',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.create',
    promise: 'coder create makes a workspace and streams its build log',
    source: 'README, Use',
  },
  {
    id: 'cli.list',
    promise: 'coder list and show print tables and JSON, filtered by --search',
    source: 'README, Use',
  },
  {
    id: 'cli.ssh',
    promise: 'coder ssh runs a command, streams its output and passes its exit code on',
    source: 'README, Use',
  },
  { id: 'cli.ssh-terminal', promise: 'coder ssh opens a terminal', source: 'README, Use' },
  {
    id: 'cli.port-forward',
    promise:
      'coder port-forward carries TCP between ports of this machine and of a workspace, such as HTTP and PostgreSQL, also after the workspace was started again',
    source: 'docs/ports.md',
  },
  {
    id: 'cli.port-forward-refuses',
    promise: 'coder port-forward refuses UDP and local ports that are taken, and says what to do',
    source: 'docs/ports.md',
  },
  {
    id: 'ports.share',
    promise:
      'a port is shared with the organization or everybody as far as the template allows, from the next request on until it is not',
    source: 'docs/ports.md',
  },
  { id: 'cli.cp', promise: 'coder cp copies files and folders both ways', source: 'README, Use' },
  { id: 'cli.stat', promise: 'coder stat and ping measure a workspace', source: 'README, Use' },
  { id: 'cli.stop-start', promise: 'files stay over coder stop and coder start', source: 'README, Use' },
  { id: 'cli.delete', promise: 'coder delete leaves nothing of a workspace behind', source: 'README, Use' },
  { id: 'cli.schedule', promise: 'coder schedule sets autostart and autostop', source: 'README, Use' },
  {
    id: 'cli.tokens',
    promise: 'coder tokens create, list and remove',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'cli.tokens-narrow',
    promise:
      'coder tokens create --scope --allow workspace:<name> makes a token that can do just that on the command line',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'cli.oauth2-apps',
    promise:
      'coder oauth2-provider apps lists, shows, creates, edits and deletes applications, and their secrets, each shown once',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.oauth2-dcr',
    promise: 'coder oauth2-provider dcr and documents say how applications may make themselves known',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.connections',
    promise: 'coder oauth2-provider connections lists and disconnects the applications that act for a user',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.audit',
    promise: 'coder audit lists with the filters of the API, and exports everything as JSON lines or CSV',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.approvals',
    promise:
      'coder approvals lists and shows exactly what programs ask, every character of it, and approves or denies it; no token decides',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.approvals-policy',
    promise: 'coder approvals policy shows and sets what needs approval, for the deployment and for a user',
    source: 'docs/reference/cli.md',
  },
  { id: 'cli.users', promise: 'coder users create and list', source: 'README, Use' },
  {
    id: 'cli.users-administration',
    promise:
      'coder users shows, suspends, activates and deletes users, sets their roles and resets their passwords',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.organizations',
    promise:
      'coder organizations and coder groups manage organizations, their members and roles, and groups with their members',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.workspace-settings',
    promise: 'coder favorite, rename and autoupdate change a workspace',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.state',
    promise:
      'coder state pull and push read and replace what the runtime of a workspace keeps, with a build or without',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.open',
    promise:
      'coder open prints the address of an app, of VS Code in the browser or of the dashboard, or says what there is',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.speedtest',
    promise: 'coder speedtest measures how fast bytes go to and from a workspace, and leaves nothing there',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.support-bundle',
    promise:
      'coder support bundle collects build info, health, configuration and logs without secrets in a file for its owner alone, and overwrites none',
    source: 'docs/reference/cli.md',
  },
  {
    id: 'cli.errors',
    promise: 'a failed command says one sentence and the next step, and exits with 1',
    source: 'README, Use',
  },
  { id: 'cli.completion', promise: 'coder completion prints a script for the shell', source: 'README, Use' },
  {
    id: 'mcp.main-job.http.modern',
    promise: 'the main job over HTTP with the SDK client, 2026-07-28',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.main-job.http.legacy',
    promise: 'the main job over HTTP with the SDK client, 2025-11-25',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.main-job.stdio.modern',
    promise: 'the main job over stdio with the SDK client, 2026-07-28',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.main-job.stdio.legacy',
    promise: 'the main job over stdio with the SDK client, 2025-11-25',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.timeout',
    promise: 'a command that reaches its timeout is ended with all its children, and its output is kept',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.large-output',
    promise: 'large output stays within the result budget and the rest is read by cursor',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.port',
    promise: 'a port in a workspace is listed and reached through its URL',
    source: 'docs/ports.md',
  },
  {
    id: 'mcp.experiments',
    promise: 'without both experiments the MCP address answers 403 and says what to set',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.curl',
    promise: 'curl -I and a plain GET with a bearer token answer with a small JSON status',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.rest',
    promise: 'GET …/http/workspaces and POST …/http/workspaces/{id or name}/execute work as plain REST',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.unauthorized',
    promise: 'without a token: 401 and a right WWW-Authenticate',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.toolsets',
    promise: '?toolset chooses standard, workspace, readonly or chatgpt; any other is 400',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.narrowing',
    promise:
      'the headers X-MCP-Toolsets, X-MCP-Tools, X-MCP-Exclude-Tools and X-MCP-Readonly take tools away and add none; a wrong name is 400 and says the right one',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.every-tool.http',
    promise: 'every tool there is does over HTTP what it is for',
    source: 'docs/reference/tools.md',
  },
  {
    id: 'mcp.every-tool.stdio',
    promise: 'every tool there is does over stdio what it is for',
    source: 'docs/reference/tools.md',
  },
  {
    id: 'mcp.resources.http',
    promise: 'workspaces, build logs, files and the guide to templates are resources over HTTP',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.resources.stdio',
    promise: 'workspaces, build logs, files and the guide to templates are resources over stdio',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.organizations',
    promise:
      'who belongs to several organizations is told by the tools to choose one, by name or id; who belongs to one need not',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.example.project',
    promise: 'an AI agent sets up a project in a new workspace, checks it and shows it, by the prompt for it',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.example.cross-workspace',
    promise:
      'an AI agent builds in one workspace, deploys to another, updates documentation in a third and verifies it, by the prompt for it',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.example.infrastructure',
    promise:
      'an AI agent finds what workspaces use, and changes and stops those that should be, by the prompt for it',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.limits',
    promise: 'too many requests a second are 429, too many at once 503, both with Retry-After',
    source: 'docs/reference/configuration.md',
  },
  {
    id: 'mcp.configure',
    promise:
      "coder exp mcp configure merges into the client's file, refuses one that is not JSON, and --print writes nothing",
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.stdio-clean',
    promise: 'coder exp mcp server writes nothing but MCP to standard output',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'mcp.doctor',
    promise:
      'coder exp mcp doctor walks into a deployment as claude.ai, ChatGPT, Cursor and VS Code do, and leaves nothing behind',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.doctor-proxy',
    promise: 'coder exp mcp doctor says which headers a proxy drops, and that it holds streams back',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.doctor-access-url',
    promise: 'coder exp mcp doctor says when the server takes another address for its own',
    source: 'docs/mcp.md',
  },
  {
    id: 'mcp.doctor-experiments',
    promise: 'coder exp mcp doctor says which experiments are off and how they are switched on',
    source: 'docs/mcp.md',
  },
  {
    id: 'tokens.narrow',
    promise:
      'a token with scopes and an allow list can do just that, and tools it may not use are not listed',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'tokens.narrow-commands',
    promise:
      'with a narrow token the command line lists, shows and does just what the token may; of other workspaces it says what it says of none',
    source: 'SECURITY.md',
  },
  {
    id: 'oauth.sdk',
    promise: "the SDK's client signs in by the address alone, in both eras, registered or by its document",
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.step-up',
    promise: "a tool that needs more makes the SDK's client ask its user for it, and the call goes on",
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.cimd-only',
    promise: 'where no application may register itself, one that publishes a document signs in all the same',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.inspector',
    promise:
      "the Inspector's command line signs in by the address alone, in both eras, registered or by its document, and finds no tool that was not allowed",
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.entered',
    promise:
      'where applications can neither register themselves nor publish who they are, a client signs in with the id and the secret that an administrator has made',
    source: 'docs/clients/README.md',
  },
  {
    id: 'oauth.chosen',
    promise: 'an application that was allowed in chosen workspaces sees only these, over MCP and REST',
    source: 'docs/dashboard.md',
  },
  {
    id: 'oauth.created',
    promise:
      'an application that was allowed in what it creates itself sees only that, and none of the workspaces that were there',
    source: 'docs/dashboard.md',
  },
  {
    id: 'oauth.devices',
    promise:
      'two devices of one application are two connections; disconnecting one ends it from its next request on and leaves the other',
    source: 'docs/dashboard.md',
  },
  {
    id: 'oauth.refresh',
    promise: 'an application whose access token has ended renews it by itself and goes on',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.mcp-remote',
    promise: 'mcp-remote signs in by the address alone, and remembers it until it is disconnected',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.claude-code',
    promise: 'claude mcp login signs in by the address alone, and is connected until it is disconnected',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.codex',
    promise: 'codex mcp add signs in by the address alone, and calls tools until it is disconnected',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.strict',
    promise:
      'a client that checks every answer by the letter goes from the address to a token, renews it, and revokes the connection with it',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.strict-refusals',
    promise:
      'a code is good once, with its verifier and for our resource; coming twice, it ends what was got with it',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.conformance',
    promise: "the conformance suite's authorization set passes whole",
    source: 'docs/clients-tested.md',
  },
  {
    id: 'input.refused',
    promise: 'bad input is refused whole, with its field and the next step',
    source: 'CONTRIBUTING.md',
  },
  {
    id: 'dashboard.setup',
    promise: 'on a new deployment the dashboard creates the owner and signs in',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.sign-in',
    promise:
      'the dashboard signs in, goes back to the page that was asked for and nowhere else, and signs out',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.workspaces',
    promise:
      'the dashboard shows workspaces with status, health, resource use and what AI agents are doing, and starts, stops and deletes them, with the log of the build as it is written',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.text',
    promise: 'text that comes out of a workspace is shown as text',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.tokens',
    promise: 'the dashboard makes a token that is limited to what was marked, shows it once, and deletes it',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.audit',
    promise: 'administrators filter the audit log in the dashboard',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.consent',
    promise:
      'the consent page says who asks, how that is known and where the answer goes, and the user narrows there what may be done, in which workspaces and until when; the token can do just that until it is taken back',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.consent-denied',
    promise: 'cancelling a consent tells the application so, and a name cannot pose as part of the page',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.device',
    promise: 'a device without a browser is connected by the code it shows',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.oauth2-apps',
    promise:
      'administrators enter applications, make and delete their secrets, and switch the registration of others off',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.activity',
    promise:
      'every user sees in the dashboard what their own tokens and applications do, as it happens, by tool and workspace, and nobody else',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.approval-policy',
    promise:
      'users choose in the dashboard what they want to approve first, owners choose it for everybody, and nobody takes that away for themselves',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.approvals',
    promise:
      'a call by MCP that needs approval appears in the dashboard by itself, with its arguments as they are, and is denied there',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.approval-text',
    promise:
      'a request for approval is shown as text whose hidden characters have names, however long it is, and is approved by keyboard, once',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.approval-of-others',
    promise:
      'owners decide for others knowingly, with a reason that the program is told; nobody else sees it',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.sharing',
    promise:
      'a workspace’s page shows with whom it is shared, shares it with a user or group to use or also to change it, and ends that',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.people',
    promise:
      'a page shows the members of an organization with their roles, searched and page by page, and its groups with their members and quota',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.everywhere',
    promise:
      'the dashboard works by keyboard, from 360 pixels up with its whole navigation in sight, light and dark, asks no other host for anything, and cannot be framed',
    source: 'docs/dashboard.md',
  },
  {
    id: 'approvals.link',
    promise:
      'a call that needs approval does nothing and says where a person decides; once approved, the same call goes through, one time',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.page',
    promise:
      'a client that can show pages is given the page to open, and its call goes on when the person has approved',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.undecided',
    promise: 'what a client answers approves nothing: the decision is the person’s on the page',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.delete',
    promise:
      'a workspace that is to be deleted with approval is not touched before it, over MCP or with a token',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.inside',
    promise:
      'commands of tokens, and what they write to the input of a process, wait for approval byte for byte; to end that input without a word, and a person’s own session, need none',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.terminal',
    promise: 'a terminal that a token opens waits for approval of its command',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.off',
    promise: 'when approval is no longer demanded, the call goes on',
    source: 'docs/approvals.md',
  },
  {
    id: 'organizations.members',
    promise:
      'people see the organizations they are members of, and what is open to them ends with the membership',
    source: 'docs/organizations.md',
  },
  {
    id: 'organizations.sharing',
    promise:
      'a shared workspace is listed and used by whom it is shared with, never deleted by them, and gone with the share',
    source: 'docs/organizations.md',
  },
  {
    id: 'organizations.quota',
    promise:
      'a start beyond a quota is refused with the numbers, at once or by several at once; stopping and deleting are always possible',
    source: 'docs/organizations.md',
  },
] as const satisfies readonly Requirement[];

export type RequirementId = (typeof requirements)[number]['id'];

/** The title of a test that verifies a requirement: `test(verifies('cli.list'), …)`. */
export function verifies(id: RequirementId): string {
  const found = requirements.find((requirement) => requirement.id === id);
  return `${id}: ${found?.promise}`;
}
