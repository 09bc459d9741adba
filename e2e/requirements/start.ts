import type { Requirement } from './requirement.ts';

/** The first run, the server and its limits. */
export const start = [
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
    id: 'quickstart.two-deployments',
    promise:
      'with another --data-dir the first start keeps the password of the other deployment, and says where, and how to go back',
    source: 'README, Start',
  },
  {
    id: 'quickstart.other-session',
    promise:
      'where the command line is signed in to another deployment, quickstart says so, how to sign in to this one and where its password is',
    source: 'README, Start',
  },
  {
    id: 'quickstart.interrupted',
    promise:
      'a first run that was interrupted goes on at the next start, and tells the password and what it has put aside then',
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
  {
    id: 'quickstart.npm-flags',
    promise: 'flags of npm start that npm would keep for itself are refused, with the line that is meant',
    source: 'README, Start',
  },
  {
    id: 'quickstart.npm-signal',
    promise: 'npm start ends, with its server, by a signal to npm alone',
    source: 'CHANGELOG',
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
    id: 'ports.share',
    promise:
      'a port is shared with the organization or everybody as far as the template allows, from the next request on until it is not',
    source: 'docs/ports.md',
  },
  {
    id: 'input.refused',
    promise: 'bad input is refused whole, with its field and the next step',
    source: 'CONTRIBUTING.md',
  },
] as const satisfies readonly Requirement[];
