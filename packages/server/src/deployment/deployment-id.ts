import { randomUUID } from 'node:crypto';
import type { Db } from '../database/index.ts';

const key = 'deployment_id';

/** The id of this deployment, made at its first start and the same ever after, on every replica. */
export async function readDeploymentId(db: Db): Promise<string> {
  await db
    .insertInto('site_settings')
    .values({ key, value: randomUUID() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { value } = await db
    .selectFrom('site_settings')
    .where('key', '=', key)
    .select('value')
    .executeTakeFirstOrThrow();
  return value;
}
