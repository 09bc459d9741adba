import { createHash } from 'node:crypto';
import type { Db } from '../../database/index.ts';
import type { FileTicket } from './ticket.ts';

/** Which links have been used, by what they say: the same link can be written in more than one way. */
export type UsedLinks = {
  has(ticket: FileTicket): Promise<boolean>;
  /** Uses a link up. False when another request, of whichever server, has done so. */
  take(ticket: FileTicket, now: Date): Promise<boolean>;
  /** Makes it good again, since what it was used for was refused. */
  giveBack(ticket: FileTicket): Promise<void>;
};

export function createUsedLinks(db: Db): UsedLinks {
  const hashOf = (ticket: FileTicket) => createHash('sha256').update(JSON.stringify(ticket)).digest();
  return {
    async has(ticket) {
      const found = await db
        .selectFrom('used_file_links')
        .select('expires_at')
        .where('link_hash', '=', hashOf(ticket))
        .executeTakeFirst();
      return found !== undefined;
    },
    async take(ticket, now) {
      await db.deleteFrom('used_file_links').where('expires_at', '<=', now).execute();
      const taken = await db
        .insertInto('used_file_links')
        .values({ link_hash: hashOf(ticket), expires_at: new Date(ticket.expiresAt) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return taken.numInsertedOrUpdatedRows === 1n;
    },
    async giveBack(ticket) {
      await db.deleteFrom('used_file_links').where('link_hash', '=', hashOf(ticket)).execute();
    },
  };
}
