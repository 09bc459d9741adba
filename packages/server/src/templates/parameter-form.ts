import { type EvaluatedParameters, evaluateParametersSchema, type TemplateManifest } from '@coder/api';
import type { WebSocket } from 'ws';
import { evaluateParameters } from './parameters/evaluate.ts';

/** How long questions are gathered: checking patterns takes time that others need, and only the newest answer is shown. */
const gatherMs = 50;
const maxMessageBytes = 1024 * 1024;

/**
 * Fills in a form together with somebody: sends the parameters with their defaults, and then an answer to the newest of the
 * questions that come, `{id, inputs}`, by its id. Upstream's protocol; the first answer has the id -1.
 */
export function serveParameterForm(socket: WebSocket, manifest: TemplateManifest): void {
  let waiting: { id: number; inputs: Record<string, string> } | undefined = { id: -1, inputs: {} };
  let timer: NodeJS.Timeout | undefined;

  function answer(): void {
    timer = undefined;
    if (!waiting || socket.readyState !== socket.OPEN) return;
    const { id, inputs } = waiting;
    waiting = undefined;
    socket.send(
      JSON.stringify({ id, ...evaluateParameters(manifest, inputs) } satisfies EvaluatedParameters),
    );
  }

  socket.on('message', (data) => {
    const text = String(data);
    const question = text.length > maxMessageBytes ? undefined : parse(text);
    if (!question) {
      socket.close(1003, 'Send JSON with an "id" and "inputs" of at most 1 MiB.');
      return;
    }
    waiting = question;
    timer ??= setTimeout(answer, gatherMs);
  });
  socket.on('close', () => clearTimeout(timer));
  socket.on('error', () => socket.terminate());
  answer();
}

function parse(text: string) {
  try {
    return evaluateParametersSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
