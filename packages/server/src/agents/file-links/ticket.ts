import { createSignedTexts, type Db } from '../../database/index.ts';

/** Lets whoever has it read or write one file of one workspace, as the user of one key, until a time. */
export type FileTicket = {
  /** Tells links apart that are otherwise for the same. */
  readonly id: string;
  readonly direction: 'download' | 'upload';
  /** The key it was made with; a ticket is never worth more than that key still is. */
  readonly keyId: string;
  readonly agentId: string;
  /** Absolute. */
  readonly path: string;
  /**
   * What the file was when the ticket was made, null for none. It opens nothing else: what is read is what was meant, and
   * what has been written once is no longer what it was.
   */
  readonly etag: string | null;
  /** Of what is written, in hex. */
  readonly sha256: string | null;
  readonly maxBytes: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

export type FileTickets = {
  issue(ticket: FileTicket): string;
  /** The ticket, if it was issued here and its time is not over. */
  read(text: string, now: Date): FileTicket | undefined;
};

/** Tickets that all servers of the deployment issue and read. */
export async function createFileTickets(db: Db): Promise<FileTickets> {
  const texts = await createSignedTexts(db, 'file-links');
  return {
    issue: (ticket) => texts.sign(ticket),
    read(text, now) {
      const ticket = texts.open(text) as FileTicket | undefined;
      return ticket !== undefined && ticket.expiresAt > now.getTime() ? ticket : undefined;
    },
  };
}
