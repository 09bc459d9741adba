import { type Actor, ALLOW_CREATED } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';
import type { AllowLists } from './deps.ts';

/**
 * Lets a key that reaches only what it has created itself reach a new workspace too. The list grows in the transaction of
 * the creation.
 */
export async function admitCreated(
  trx: Db,
  { toGrant, toKey }: AllowLists,
  { key: { allowList, application, id } }: Actor,
  workspaceId: string,
): Promise<void> {
  if (!allowList.includes(ALLOW_CREATED)) return;
  const entry = `workspace:${workspaceId}`;
  await (application ? toGrant(trx, application.grantId, entry) : toKey(trx, id, entry));
  // The request that creates may go on to wait for the workspace with the actor it was given. If the transaction fails, the
  // id names nothing.
  (allowList as string[]).push(entry);
}
