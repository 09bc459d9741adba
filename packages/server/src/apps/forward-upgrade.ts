import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type AppCall, headersOf, openRequest } from './forward.ts';

/**
 * Passes an upgrade (a WebSocket) on to an app and joins the two connections once the app agrees; its refusal is passed back as it
 * is. Resolves when the joined connections have ended. Rejects, with nothing sent yet, when the app does not answer.
 */
export function forwardUpgrade(
  call: AppCall,
  takeOver: () => { socket: Duplex; head: Buffer },
  fit: (headers: Headers) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const outgoing = openRequest(call);
  outgoing.on('error', reject);
  outgoing.once('response', (answer) => {
    const { socket } = takeOver();
    const headers = headersOf(answer);
    fit(headers);
    headers.set('connection', 'close');
    socket.write(headOf(answer, headers));
    answer.pipe(socket);
    answer.once('close', resolve);
    socket.once('close', () => answer.destroy());
  });
  outgoing.once('upgrade', (answer, app, appHead) => {
    const { socket, head } = takeOver();
    const headers = headersOf(answer);
    const protocol = headers.get('upgrade') ?? 'websocket';
    fit(headers);
    headers.set('connection', 'Upgrade');
    headers.set('upgrade', protocol);
    socket.write(headOf(answer, headers));
    if (appHead.length > 0) socket.write(appHead);
    if (head.length > 0) app.write(head);
    socket.pipe(app);
    app.pipe(socket);
    for (const [one, other] of [
      [socket, app],
      [app, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => {
        other.destroy();
        resolve();
      });
    }
  });
  outgoing.end();
  return promise;
}

function headOf({ statusCode = 502 }: IncomingMessage, headers: Headers): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`;
}
