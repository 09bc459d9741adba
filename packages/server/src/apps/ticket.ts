import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Db } from '../database/index.ts';

/** Lets a browser reach one port or app of one workspace, as the user of one key, until a time. */
type Ticket = {
  /** The key it was given to; a ticket is never worth more than that key still is. */
  readonly keyId: string;
  /** What it opens: see {@link ticketScope}. */
  readonly scope: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

/** A day's work; after it the browser is sent for another. */
export const TICKET_MS = 12 * 3_600_000;

export function ticketScope(workspaceId: string, agentName: string, target: number | string): string {
  return `${workspaceId}/${agentName}/${typeof target === 'number' ? 'port' : 'app'}/${target}`;
}

export type Tickets = {
  issue(ticket: Ticket): string;
  /** The ticket, if it was issued here and its time is not over. */
  read(text: string, now: Date): Ticket | undefined;
};

const SETTING = 'app_ticket_key';

/** Tickets signed with a secret that all servers of the deployment share; it is made at first use. */
export async function createTickets(db: Db): Promise<Tickets> {
  const value = randomBytes(32).toString('base64url');
  await db
    .insertInto('site_settings')
    .values({ key: SETTING, value })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const stored = await db
    .selectFrom('site_settings')
    .select('value')
    .where('key', '=', SETTING)
    .executeTakeFirstOrThrow();
  const secret = Buffer.from(stored.value, 'base64url');
  const sign = (payload: string) => createHmac('sha256', secret).update(payload).digest();

  return {
    issue({ keyId, scope, expiresAt }) {
      const payload = Buffer.from(JSON.stringify([keyId, scope, expiresAt])).toString('base64url');
      return `${payload}.${sign(payload).toString('base64url')}`;
    },
    read(text, now) {
      const [payload = '', signature = ''] = text.split('.');
      const given = Buffer.from(signature, 'base64url');
      const wanted = sign(payload);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
      const [keyId, scope, expiresAt] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
        string,
        string,
        number,
      ];
      return expiresAt > now.getTime() ? { keyId, scope, expiresAt } : undefined;
    },
  };
}
