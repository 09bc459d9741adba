import { createSignedTexts, type Db } from '../database/index.ts';

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

/** Tickets that all servers of the deployment issue and read. */
export async function createTickets(db: Db): Promise<Tickets> {
  const texts = await createSignedTexts(db, 'app-tickets');
  return {
    issue: ({ keyId, scope, expiresAt }) => texts.sign([keyId, scope, expiresAt]),
    read(text, now) {
      const value = texts.open(text);
      if (value === undefined) return undefined;
      const [keyId, scope, expiresAt] = value as [string, string, number];
      return expiresAt > now.getTime() ? { keyId, scope, expiresAt } : undefined;
    },
  };
}
