import type { Examination } from '../examination.ts';
import { ok, problem, skipped, type Verdict } from '../report.ts';

const names = ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'];

/** Whether the headers arrive that the protocol of 2026-07-28 asks for. */
export async function checkMcpHeaders({ talk, tokenMissing }: Examination): Promise<Verdict[]> {
  const talked = await talk('2026-07-28');
  if (talked === undefined)
    return [skipped(`whether the headers of MCP arrive takes a token to tell; ${tokenMissing}`)];
  if (talked.mismatch === undefined) {
    if (talked.tools === undefined) return [skipped('whether the headers of MCP arrive cannot be told')];
    return [ok(`the headers ${names.join(', ')} arrive at the server`)];
  }
  const missing = names.filter((name) => talked.mismatch?.includes(name));
  return [
    problem(
      `The header ${(missing.length > 0 ? missing : names).join(' or ')} does not arrive at the server, so clients of 2026-07-28 are refused.`,
      'Let the proxy pass all headers that begin with MCP- on; one that passes only a list needs them in it.',
    ),
  ];
}
