import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { clientEnv, clientProgram } from './clients.ts';

type Message = { id?: number; result?: unknown; error?: { message: string } };

/**
 * Calls a tool as Codex does, with the address and the tokens it has kept, by the interface it has for editors: no model takes
 * part. Gives the structured result.
 */
export async function callCodexTool(
  env: Record<string, string>,
  server: string,
  tool: string,
  args: Record<string, unknown> = {},
): Promise<CallToolResult> {
  const child = spawn(clientProgram('codex'), ['app-server'], {
    env: clientEnv(env),
    cwd: env.HOME,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  try {
    const request = speak(child);
    const clientInfo = { name: 'e2e', title: 'e2e', version: '1.0.0' };
    await request('initialize', { clientInfo, capabilities: { experimentalApi: true } });
    const { thread } = await request<{ thread: { id: string } }>('thread/start', { cwd: env.HOME });
    const call = { threadId: thread.id, server, tool, arguments: args };
    return await request<CallToolResult>('mcpServer/tool/call', call);
  } finally {
    clearTimeout(timer);
    const closed = once(child, 'close');
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await closed;
    }
  }
}

/** JSON-RPC over the lines of a process. */
function speak(child: ChildProcess) {
  const waiting = new Map<number, (message: Message) => void>();
  if (!child.stdout) throw new Error('Codex was started without pipes');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  child.once('close', () => {
    for (const answer of waiting.values()) answer({ error: { message: 'Codex ended' } });
  });
  let last = 0;
  return async <T>(method: string, params: object): Promise<T> => {
    last += 1;
    const id = last;
    const answered = new Promise<Message>((resolve) => waiting.set(id, resolve));
    child.stdin?.write(`${JSON.stringify({ id, method, params })}\n`);
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
  };
}
