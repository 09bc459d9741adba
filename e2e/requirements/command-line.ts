import type { Requirement } from './requirement.ts';

/** The command line. */
export const commandLine = [
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
    id: 'cli.enter-destroys-nothing',
    promise: 'where a command asks before it deletes, ends or revokes something, Enter alone means no',
    source: 'CHANGELOG',
  },
  {
    id: 'cli.failure-ends',
    promise: 'a command that fails on a terminal ends there, too: what it was doing is marked as failed',
    source: 'README, Use',
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
    id: 'cli.sharing',
    promise: 'coder sharing shares a workspace with users and groups by name, ends that, and shows it',
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
] as const satisfies readonly Requirement[];
