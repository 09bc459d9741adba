import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type McpClient, wrapClient } from '../harness/mcp.ts';
import { createTranscript, type Transcript } from './transcript.ts';

/** A program that speaks MCP on its standard input and output, started as a desktop client starts it. */
export type StdioProgram = AsyncDisposable &
  Pick<Transcript, 'text' | 'printed'> & {
    /** When it has answered; it may want its user to sign in first, and say so on its standard error. */
    readonly connected: Promise<McpClient>;
  };

export function connectProgram(command: string, args: string[], env: Record<string, string>): StdioProgram {
  const transcript = createTranscript(command);
  const transport = new StdioClientTransport({ command, args, env, stderr: 'pipe' });
  transport.stderr?.on('data', (chunk: Buffer) => transcript.hear(chunk.toString('utf8')));
  transport.stderr?.once('close', transcript.end);
  const client = new Client({ name: 'e2e', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
  const connected = client.connect(transport, { timeout: 60_000 }).then(() => wrapClient(client));
  // Whoever is only interested in what it prints does not wait for this.
  connected.catch(() => undefined);
  return {
    text: transcript.text,
    printed: transcript.printed,
    connected,
    [Symbol.asyncDispose]: () => client.close(),
  };
}
