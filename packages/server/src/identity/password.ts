import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ApiError } from '@coder/api';

/**
 * The cost of a password: 32 MiB and two passes, above OWASP's least (19 MiB, two passes), about 50 ms of one core. A
 * stored hash keeps the parameters it was made with, so these may be raised at any time.
 */
const cost = { memory: 32 * 1024, passes: 2, parallelism: 1 } as const;
const tagLength = 32;
const saltLength = 16;

/** Hashes at once, each in 32 MiB of memory and a thread of the pool. */
const maxConcurrent = 2;
/** Beyond so many that wait, somebody is guessing passwords and would only be served late. */
const maxWaiting = 64;

const derive = promisify(argon2);
let active = 0;
const waiting: (() => void)[] = [];

async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (active >= maxConcurrent) {
    if (waiting.length >= maxWaiting) throw new ApiError('OVERLOADED', { retryAfter: 5 });
    // The place is handed over by whoever leaves, so `active` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else active += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else active -= 1;
  }
}

/** Hashes a password with argon2id, in PHC string form. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(saltLength);
  const tag = await limited(() => derive('argon2id', { ...cost, message: password, nonce, tagLength }));
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(nonce)}$${base64(tag)}`;
}

/**
 * Whether a password fits a hash. Without a hash (no such user, or one without a password) it takes as long and is false, so
 * that the time tells nobody which users exist.
 */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const stored = hash ? parse(hash) : undefined;
  const { parameters, tag } = stored ?? dummy;
  const given = await limited(() => derive('argon2id', { ...parameters, message: password }));
  const matches = given.length === tag.length && timingSafeEqual(given, tag);
  return matches && stored !== undefined;
}

/** Whether a hash was made at another cost than today's, and should be made again at the next sign-in. */
export function needsRehash(hash: string): boolean {
  const parameters = parse(hash)?.parameters;
  return (
    parameters?.memory !== cost.memory ||
    parameters.passes !== cost.passes ||
    parameters.parallelism !== cost.parallelism
  );
}

type Stored = { parameters: Omit<Argon2Parameters, 'message'>; tag: Buffer };

const dummy: Stored = {
  parameters: { ...cost, nonce: randomBytes(saltLength), tagLength },
  tag: randomBytes(tagLength),
};

function parse(hash: string): Stored | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (!match) return undefined;
  const [, memory, passes, parallelism, salt = '', digest = ''] = match;
  const tag = Buffer.from(digest, 'base64');
  return {
    parameters: {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      nonce: Buffer.from(salt, 'base64'),
      tagLength: tag.length,
    },
    tag,
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
