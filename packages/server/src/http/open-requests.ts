import type { Socket } from 'node:net';
import { ApiError } from '@coder/api';
import { addressGroup, plainAddress, type TrustedProxies, trustedProxy } from './client-address.ts';

/** Who a request counts for: `user:<id>` or `agent:<id>` once that is known, before that an address. */
export type Caller = `${'user' | 'agent' | 'ip'}:${string}`;

/** Keeps one caller from holding all the connections, streams and waiting requests that a server can hold. */
export interface OpenRequests {
  /** A connection has been made. When its address has too many, the oldest that waits for a request ends. */
  connected(socket: Socket): void;
  /**
   * A request has come, or an upgrade. Returns what is to be called when it, or the WebSocket it became, has ended.
   * Throws RATE_LIMITED when its address has too many.
   */
  begin(requestId: string, ip: string, socket: Socket): () => void;
  /** It is known now whose it is. Throws RATE_LIMITED when they have too many. Other requests than those begun are ignored. */
  identify(requestId: string, caller: Caller): void;
  isIdentified(requestId: string): boolean;
}

interface Connection {
  readonly socket: Socket;
  caller: Caller;
  requests: number;
}

export interface OpenRequestsOptions {
  /** For each caller; 0 for no limit. */
  max: number;
  /** Their connections are everybody's. */
  trustedProxies: TrustedProxies;
}

/** Counts in memory, for this server alone, what each caller has open. */
export function createOpenRequests({ max, trustedProxies }: OpenRequestsOptions): OpenRequests {
  const isProxy = trustedProxy(trustedProxies);
  const connections = new WeakMap<Socket, Connection>();
  /** In the order in which they came. */
  const connectionsOf = new Map<Caller, Set<Connection>>();
  const open = new Map<string, { caller: Caller; connection: Connection | undefined }>();
  const counts = new Map<Caller, number>();

  function count(caller: Caller, change: 1 | -1): void {
    const next = (counts.get(caller) ?? 0) + change;
    if (next > 0) counts.set(caller, next);
    else counts.delete(caller);
  }

  function demandRoom(caller: Caller): void {
    if (max === 0 || (counts.get(caller) ?? 0) < max) return;
    const who = caller.startsWith('ip:') ? 'Your address has' : 'You have';
    throw new ApiError('RATE_LIMITED', {
      message: `${who} ${max} requests and streams open, as many as one may have at once.`,
      detail: 'Close some of them, then try again. The limit is CODER_HTTP_MAX_OPEN_REQUESTS.',
      retryAfter: 1,
    });
  }

  function leave(connection: Connection): void {
    const group = connectionsOf.get(connection.caller);
    group?.delete(connection);
    if (group?.size === 0) connectionsOf.delete(connection.caller);
  }

  function join(connection: Connection, caller: Caller): void {
    connection.caller = caller;
    const group = connectionsOf.get(caller) ?? new Set();
    connectionsOf.set(caller, group.add(connection));
    if (max === 0 || group.size <= max) return;
    for (const other of group) {
      if (other === connection || other.requests > 0) continue;
      leave(other);
      other.socket.destroy();
      return;
    }
  }

  return {
    connected(socket) {
      const address = plainAddress(socket.remoteAddress ?? '');
      if (!address || isProxy(address)) return;
      const connection: Connection = { socket, caller: `ip:${addressGroup(address)}`, requests: 0 };
      connections.set(socket, connection);
      join(connection, connection.caller);
      socket.once('close', () => leave(connection));
    },

    begin(requestId, ip, socket) {
      const caller: Caller = `ip:${addressGroup(ip)}`;
      demandRoom(caller);
      const connection = connections.get(socket);
      if (connection) connection.requests += 1;
      const request = { caller, connection };
      open.set(requestId, request);
      count(caller, 1);
      return () => {
        if (!open.delete(requestId)) return;
        count(request.caller, -1);
        if (connection) connection.requests -= 1;
      };
    },

    identify(requestId, caller) {
      const request = open.get(requestId);
      if (!request || request.caller === caller) return;
      demandRoom(caller);
      count(request.caller, -1);
      count(caller, 1);
      request.caller = caller;
      const { connection } = request;
      if (!connection || connection.caller === caller || connection.socket.destroyed) return;
      leave(connection);
      join(connection, caller);
    },

    isIdentified: (requestId) => open.get(requestId)?.caller.startsWith('ip:') === false,
  };
}
