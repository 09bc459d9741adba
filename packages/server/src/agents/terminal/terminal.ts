import { ApiError } from '@coder/api';
import { TerminalAttach, TerminalId, TerminalSize } from '@coder/api/agent';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import type { TerminalConnection } from '../link/index.ts';

/** Upstream's query: `reconnect` is the id by which a viewer comes back to its terminal. */
const TerminalRequest = TerminalAttach.extend({ reconnect: TerminalId });

/** What a viewer sends: keystrokes, a new size, or both. */
const TerminalMessage = z.object({
  data: z.string().optional(),
  width: TerminalSize.shape.width.optional(),
  height: TerminalSize.shape.height.optional(),
});

/** The query of a terminal's WebSocket. Clients of upstream send a size of 0 before they know theirs. */
export function terminalRequest(query: Record<string, string>): z.output<typeof TerminalRequest> {
  const { reconnect, width, height, command } = query;
  const parsed = TerminalRequest.safeParse({
    reconnect,
    ...(width && width !== '0' ? { width } : {}),
    ...(height && height !== '0' ? { height } : {}),
    ...(command ? { command } : {}),
  });
  if (parsed.success) return parsed.data;
  throw new ApiError('VALIDATION_FAILED', {
    validations: parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), detail: issue.message })),
  });
}

/**
 * Joins a viewer's WebSocket (JSON in, raw bytes out) and the agent's terminal. Each side waits for the other: a viewer that reads
 * slowly slows the terminal's stream. Resolves when either has ended; the terminal itself lives on.
 */
export function joinTerminal(socket: WebSocket, terminal: TerminalConnection): Promise<void> {
  const { stream } = terminal;
  stream.on('data', (bytes: Buffer) => {
    if (socket.readyState !== socket.OPEN) return;
    stream.pause();
    socket.send(bytes, { binary: true }, () => stream.resume());
  });
  socket.on('message', (raw) => {
    const message = messageOf(raw.toString());
    if (message === undefined) {
      socket.close(1003, 'Send JSON with "data", or "height" and "width".');
      return;
    }
    const { data, width, height } = message;
    if (stream.destroyed || stream.writableEnded) return;
    if (width !== undefined && height !== undefined) terminal.resize({ width, height });
    if (data !== undefined && data !== '' && !terminal.write(data)) socket.pause();
  });
  stream.on('drain', () => socket.resume());
  stream.on('end', () => socket.close(1000, 'The terminal has ended.'));
  stream.on('error', () => socket.close(1011, 'The connection to the workspace was lost. Connect again.'));
  socket.on('error', () => socket.terminate());
  return new Promise((resolve) => {
    socket.on('close', () => {
      terminal.close();
      resolve();
    });
    stream.on('close', () => {
      if (socket.readyState === socket.OPEN) socket.close(1000);
    });
  });
}

function messageOf(text: string): z.infer<typeof TerminalMessage> | undefined {
  try {
    return TerminalMessage.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
