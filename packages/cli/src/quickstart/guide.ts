import { MCP_PATH } from '@coder/api';
import { shellWord } from '../shell-word.ts';
import type { FirstRunResult } from './first-run.ts';
import type { Before, KnownOwner } from './record.ts';
import type { SignIn } from './sign-in.ts';

/** The first column of what quickstart prints; further lines of an entry stand below its second. */
const entry = (name: string, [first = '', ...more]: readonly string[]) => [
  `  ${name.padEnd(14)}${first}`,
  ...more.map((line) => ' '.repeat(16) + line),
];

/** The owner that the first run has made, with the password unless the caller chose it. */
export function renderOwner(
  result: FirstRunResult,
  { coder, defaultDataDir }: { coder: string; defaultDataDir: string },
): string {
  const { username, email, password, kept, before } = result;
  const lines = ['', ...entry('Owner', [`${username}   (signs in as ${email})`])];
  if (password !== undefined) {
    lines.push(
      ...entry('Password', [`${password}   (shown once; kept in ${kept}, which only you can read)`]),
    );
  }
  if (before !== undefined) lines.push(...entry('Before', wayBack(before, coder, defaultDataDir)));
  return `${lines.join('\n')}\n`;
}

/** Where the other deployment's owner is, and how to go back to that deployment. */
function wayBack({ kept, url, email, data_dir }: Before, coder: string, defaultDataDir: string): string[] {
  if (url === undefined) {
    return [
      'quickstart.json could not be read, so it was put aside. If it held the password of another',
      `deployment's owner, that is in ${kept} now.`,
    ];
  }
  const data = data_dir === undefined ? '' : `, whose data is in ${data_dir}`;
  const flag =
    data_dir === undefined || data_dir === defaultDataDir ? '' : `, with --data-dir ${shellWord(data_dir)}`;
  return [
    `This command line belonged to the deployment at ${url}${data}.`,
    `To go back to it, start it as before${flag}, and then run`,
    login(coder, url, email),
    `The password is in ${kept}.`,
  ];
}

const login = (coder: string, url: string, email: string | undefined) =>
  `${coder} login ${url}${email === undefined ? '' : ` --email ${shellWord(email)}`}`;

function signInState(signIn: Exclude<SignIn, { state: 'here' }>): string {
  switch (signIn.state) {
    case 'none':
      return 'This command line is not signed in.';
    case 'elsewhere':
      return `This command line is signed in to ${signIn.url}: the commands below would act there.`;
    case 'ended':
      return `This command line's session at ${signIn.url} has ended, or is of another deployment that was there.`;
  }
}

/** What to do first where the commands below would act elsewhere; nothing where they act on this deployment. */
function signInFirst(options: GuideOptions): string[] {
  const { url, coder, signIn, owner } = options;
  if (signIn.state === 'here') return [];
  return entry('Sign in', [
    signInState(signIn),
    'For this deployment first run',
    login(coder, url, owner?.email),
    ...(owner === undefined ? [] : [`The password of its owner is in ${owner.kept}.`]),
  ]);
}

export type GuideOptions = {
  url: string;
  coder: string;
  dataDir: string;
  signIn: SignIn;
  /** Undefined when no file tells it. */
  owner: KnownOwner | undefined;
};

/** What quickstart prints when everything runs: where things are and how each client connects. */
export function renderGuide(options: GuideOptions): string {
  const { url, coder, dataDir } = options;
  const mcp = `${url}${MCP_PATH}`;
  const rows: [string, string][] = [
    ['Claude Desktop', `${coder} exp mcp configure claude-desktop`],
    ['Claude Code', `claude mcp add --transport http coder ${mcp}   (then: claude mcp login coder)`],
    ['Claude Code, local', `claude mcp add coder -- ${coder} exp mcp server`],
    ['Codex', `codex mcp add coder --url ${mcp}`],
    ['Gemini CLI', `gemini mcp add --transport http coder ${mcp}`],
    ['Cursor', `${coder} exp mcp configure cursor`],
    ['VS Code', `${coder} exp mcp configure vscode`],
    ['any other, local', `${coder} exp mcp server          (MCP over stdio)`],
    ['any other, remote', `${mcp}   (it signs in by a browser; or send "Authorization: Bearer <token>")`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    ...entry('Deployment', [`${url}   (the dashboard; REST API under ${url}/api/v2)`]),
    ...entry('MCP address', [mcp]),
    ...signInFirst(options),
    ...entry('A token', [`${coder} tokens create --name my-agent`]),
    ...entry('A shell', [`${coder} ssh demo`]),
    ...entry('Data', [dataDir]),
    '',
    '  Connect an AI agent:',
    ...rows.map(([name, line]) => `    ${name.padEnd(width)}  ${line}`),
    '',
    '  Press Ctrl+C to stop the server. Workspaces go on running; the next start finds them again.',
    '',
  ].join('\n');
}
