import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const idLength = 10;
const secretLength = 22;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Bytes from here on would make the first letters of the alphabet likelier. */
const fairBytes = 256 - (256 % alphabet.length);

export type ApiKeyParts = { readonly id: string; readonly secret: string };

/** Upstream's key: ten letters and digits of id, a hyphen, twenty-two of secret (131 bits). */
export function generateApiKey(): ApiKeyParts & { readonly key: string; readonly hashedSecret: Buffer } {
  const id = randomText(idLength);
  const secret = randomText(secretLength);
  return { id, secret, key: `${id}-${secret}`, hashedSecret: hashSecret(secret) };
}

/** The parts of a key, or what is wrong with it. */
export function parseApiKey(key: string): ApiKeyParts | { readonly problem: string } {
  const parts = key.split('-');
  const [id, secret] = parts;
  if (parts.length !== 2 || id === undefined || secret === undefined) {
    return { problem: 'it must be <id>-<secret>, with exactly one hyphen' };
  }
  if (!isText(id, idLength)) return { problem: `the id must be ${idLength} letters and digits` };
  if (!isText(secret, secretLength)) {
    return { problem: `the secret must be ${secretLength} letters and digits` };
  }
  return { id, secret };
}

/** What the database holds of a secret. It is random, so a fast hash is enough. */
function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares in constant time. */
export function secretMatches(secret: string, hashed: Buffer): boolean {
  const given = hashSecret(secret);
  return given.length === hashed.length && timingSafeEqual(given, hashed);
}

function isText(text: string, length: number): boolean {
  return text.length === length && /^[A-Za-z0-9]+$/.test(text);
}

/** So many letters and digits, each as likely as any other. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < fairBytes && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
