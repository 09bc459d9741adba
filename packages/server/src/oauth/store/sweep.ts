import { sql } from 'kysely';
import { APPLICATION_LOGIN } from '../../authorization/index.ts';
import type { Clock } from '../../clock.ts';
import { type Db, inTransaction } from '../../database/index.ts';
import { keptDocumentMs } from '../client-documents.ts';
import { lifetimes } from '../provider.ts';
import { endGrants } from './grants.ts';

/** Grants that end in one transaction. */
const batch = 1_000;

const day = 86_400_000;
/** For how long an application that registered itself is kept without a grant: when nobody was ever asked about it, and otherwise. */
const unusedAppMs = day;
const ungrantedAppMs = 30 * day;

/** Makes the function that deletes what has ended: codes, tokens, requests, decisions, and documents that nobody may use any more. */
export function createSweep({ db, clock }: { db: Db; clock: Clock }): () => Promise<void> {
  /** Ends what the query finds, piece by piece. */
  async function end(find: (trx: Db) => Promise<{ id: string }[]>): Promise<void> {
    for (let ended = batch; ended === batch; ) {
      ended = await inTransaction(db, async (trx) => {
        const ids = (await find(trx)).map(({ id }) => id);
        await endGrants(trx, ids);
        return ids.length;
      });
    }
  }

  return async () => {
    const now = clock.now();
    await db.deleteFrom('oauth_artifacts').where('expires_at', '<', now).execute();
    await db
      .deleteFrom('api_keys')
      .where('login_type', '=', APPLICATION_LOGIN)
      .where('expires_at', '<', now)
      .execute();
    // Its user may connect the application again.
    await db
      .updateTable('oauth_apps')
      .set({ updated_at: now })
      .where('kind', '=', 'dcr')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('oauth_grants')
          .where('expires_at', '<', now)
          .where('app_id', 'is not', null)
          .select('app_id'),
      )
      .execute();
    await end((trx) =>
      trx.selectFrom('oauth_grants').where('expires_at', '<', now).select('id').limit(batch).execute(),
    );
    // A decision of which nothing is left, or of which nothing came: its application can get no token by it any more.
    const undecided = new Date(now.getTime() - lifetimes.interaction * 1_000);
    await end((trx) =>
      trx
        .selectFrom('oauth_grants')
        .where('created_at', '<', undecided)
        .where(
          sql<boolean>`not exists (select from api_keys where oauth_grant_id = oauth_grants.id)
            and not exists (select from oauth_artifacts where grant_id = oauth_grants.id)`,
        )
        .select('id')
        .limit(batch)
        .execute(),
    );
    await db
      .deleteFrom('oauth_apps')
      .where('kind', '=', 'dcr')
      .where((eb) =>
        eb.or([
          eb('updated_at', '<', new Date(now.getTime() - ungrantedAppMs)),
          eb.and([
            eb('created_at', '<', new Date(now.getTime() - unusedAppMs)),
            eb('updated_at', '=', eb.ref('created_at')),
          ]),
        ]),
      )
      .where(sql<boolean>`not exists (select from oauth_grants where app_id = oauth_apps.id)`)
      .execute();
    await db
      .deleteFrom('oauth_client_documents')
      .where('fetched_at', '<', new Date(now.getTime() - keptDocumentMs))
      .execute();
  };
}
