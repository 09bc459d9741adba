import { constants, type ServerHttp2Stream } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { agentErrorStatus } from '@coder/api/agent';
import { AgentFault } from '../fault.ts';
import { respondJson } from '../http/request.ts';

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/;
const CONNECT_MS = 10_000;

const nothingThere = (port: number) =>
  new AgentFault(
    'port_refused',
    `Nothing answers on port ${port} of the workspace. Start the server there, then try again.`,
    { field: 'port' },
  );

/** Connects, or gives undefined when nobody answers. */
function dial(port: number, host: string, done: (socket: Socket | undefined) => void): void {
  const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
  const finish = (result: Socket | undefined) => {
    clearTimeout(timer);
    socket.removeAllListeners();
    socket.on('error', () => {});
    if (!result) socket.destroy();
    done(result);
  };
  const timer = setTimeout(() => finish(undefined), CONNECT_MS);
  socket.once('connect', () => finish(socket));
  socket.once('error', () => finish(undefined));
}

/**
 * Where to dial for a listener's address. On all addresses of IPv6 it is dialed there, because another's listener on just
 * 127.0.0.1 would be met instead.
 */
function hostsOf(address: string): string[] {
  if (address === '::') return ['::1', '127.0.0.1'];
  return address.includes(':') ? ['::1'] : ['127.0.0.1'];
}

/**
 * Opens tunnels to what the workspace's own processes listen on, and counts those that are open. `ownPort` tells the
 * address of such a port, and undefined for a port that is not theirs.
 */
export function createTunnels(ownPort: (port: number) => string | undefined): {
  connect(stream: ServerHttp2Stream, authority: string): void;
  open(): number;
} {
  let open = 0;
  const refuse = (stream: ServerHttp2Stream, fault: AgentFault) =>
    respondJson(stream, agentErrorStatus[fault.code], fault.toBody());

  const attach = (stream: ServerHttp2Stream, socket: Socket) => {
    if (stream.destroyed) {
      socket.destroy();
      return;
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    socket.once('error', () => {
      if (!stream.destroyed) stream.close(constants.NGHTTP2_CONNECT_ERROR);
    });
    stream.once('close', () => socket.destroy());
    stream.respond({ ':status': 200 });
    socket.pipe(stream);
    stream.pipe(socket);
  };

  return {
    open: () => open,
    connect(stream, authority) {
      const port = Number(LOOPBACK.exec(authority)?.[1]);
      if (!(port >= 1 && port <= 65_535)) {
        refuse(
          stream,
          new AgentFault(
            'invalid_input',
            `"${authority}" cannot be reached through the agent: only 127.0.0.1:<port> of the workspace.`,
            { field: 'port' },
          ),
        );
        return;
      }
      const address = ownPort(port);
      const [first, second] = address === undefined ? [] : hostsOf(address);
      if (first === undefined) {
        refuse(stream, nothingThere(port));
        return;
      }
      dial(port, first, (socket) => {
        if (socket) attach(stream, socket);
        else if (second === undefined) refuse(stream, nothingThere(port));
        else
          dial(port, second, (other) => (other ? attach(stream, other) : refuse(stream, nothingThere(port))));
      });
    },
  };
}
