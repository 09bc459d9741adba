import { randomBytes, randomUUID } from 'node:crypto';
import type { Db } from './database.ts';

/** Reads a setting of the whole deployment; the first server that asks makes it, and every other gets the same. */
export async function ensureSetting(db: Db, key: string, make: () => string): Promise<string> {
  const read = () => db.selectFrom('site_settings').select('value').where('key', '=', key).executeTakeFirst();
  const found = await read();
  if (found) return found.value;
  await db
    .insertInto('site_settings')
    .values({ key, value: make() })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return (await read())?.value ?? ensureSetting(db, key, make);
}

/** The deployment's id, the same for ever. */
export function deploymentId(db: Db): Promise<string> {
  return ensureSetting(db, 'deployment_id', randomUUID);
}

/** The deployment's secret key of 32 bytes for one purpose (`app-tickets`), so that no key serves two. */
export async function signingKey(db: Db, purpose: string): Promise<Buffer> {
  const text = await ensureSetting(db, `signing_key_${purpose}`, () => randomBytes(32).toString('base64'));
  return Buffer.from(text, 'base64');
}
