import type { ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { type CallOptions, openCall } from './request.ts';

/** Opens a CONNECT tunnel; what is returned is a duplex stream of raw bytes. */
export async function createTunnel(
  session: ClientHttp2Session,
  port: number,
  options: CallOptions,
): Promise<Duplex> {
  const { stream } = await openCall(
    session,
    { ':method': 'CONNECT', ':authority': `127.0.0.1:${port}` },
    { deadlineMs: 15_000, ...options },
    () => {},
  );
  return stream;
}
