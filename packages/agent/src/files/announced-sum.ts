import type { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { SHA256_TRAILER } from '@coder/api/agent';
import { AgentFault } from '../fault.ts';

/** Listens for the sum that follows a body. To be called before the body is read, since a short one comes whole. */
export function announcedSum(stream: ServerHttp2Stream): () => string | undefined {
  let announced: string | undefined;
  stream.once('trailers', (trailers: IncomingHttpHeaders) => {
    const value = trailers[SHA256_TRAILER];
    if (typeof value === 'string') announced = value.toLowerCase();
  });
  return () => announced;
}

/** The sum of what has arrived; a fault when another was announced. */
export function checkedSum(
  hash: ReturnType<typeof createHash>,
  announced: string | undefined,
  path: string,
): string {
  const sha256 = hash.digest('hex');
  if (announced === undefined || announced.toLowerCase() === sha256) return sha256;
  throw new AgentFault(
    'checksum_mismatch',
    `What arrived has the sha256 ${sha256}, not the one given; nothing was written. Send it again.`,
    { path, field: 'sha256' },
  );
}
