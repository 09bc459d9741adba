import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Db } from './database.ts';
import { signingKey } from './site-settings.ts';

/** Texts that carry a value and can be made by this deployment only. Any of its servers reads what another has made. */
export type SignedTexts = {
  /** Letters, digits, `-`, `_` and one dot: it fits into any part of an address. */
  sign(value: unknown): string;
  /** The value, or undefined for a text that was not made here for this purpose. */
  open(text: string): unknown;
};

/** Texts for one purpose, signed with a key of its own, so that none of them opens what another is for. */
export async function createSignedTexts(db: Db, purpose: string): Promise<SignedTexts> {
  const secret = await signingKey(db, purpose);
  const signatureOf = (payload: string) => createHmac('sha256', secret).update(payload).digest();
  return {
    sign(value) {
      const payload = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${payload}.${signatureOf(payload).toString('base64url')}`;
    },
    open(text) {
      const [payload = '', signature = ''] = text.split('.');
      const given = Buffer.from(signature, 'base64url');
      const wanted = signatureOf(payload);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
      return JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown;
    },
  };
}
