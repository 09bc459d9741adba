import { join } from 'node:path';
import { MCP_PATH } from '@coder/api';
import type { FirstRunResult } from './first-run.ts';

/** The owner that the first run has made, with the password unless the caller chose it. */
export function renderOwner(result: FirstRunResult, folder: string): string {
  const lines = ['', `  Owner         ${result.username}   (signs in as ${result.email})`];
  if (result.password !== undefined) {
    const kept = join(folder, 'quickstart.json');
    lines.push(`  Password      ${result.password}   (shown once; kept in ${kept}, which only you can read)`);
  }
  if (result.before !== undefined) {
    const { kept, url } = result.before;
    lines.push(
      `  Before        This command line belonged to the deployment at ${url}, whose owner is in ${kept} now.`,
      `                To go back to it: start it, then coder login ${url}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** What quickstart prints when everything runs: where things are and how each client connects. */
export function renderGuide(options: { url: string; coder: string; dataDir: string }): string {
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
    `  Deployment    ${url}   (the dashboard; REST API under ${url}/api/v2)`,
    `  MCP address   ${mcp}`,
    `  A token       ${coder} tokens create --name my-agent`,
    `  A shell       ${coder} ssh demo`,
    `  Data          ${dataDir}`,
    '',
    '  Connect an AI agent:',
    ...rows.map(([name, line]) => `    ${name.padEnd(width)}  ${line}`),
    '',
    '  Press Ctrl+C to stop the server. Workspaces go on running; the next start finds them again.',
    '',
  ].join('\n');
}
