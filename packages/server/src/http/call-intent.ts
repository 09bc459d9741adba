import type { AuditEntry, AuditTrail } from './audit-draft.ts';

/** The row of something that is made of several calls (a tool call), which has to be there before the first effect of any of them. */
export type CallIntent = {
  readonly entry: AuditEntry;
  /** Whether the row has been written: then what follows is its outcome, and otherwise a row of its own. */
  readonly isWritten: () => boolean;
  /** Writes the row, once; the calls of one act that come at the same time share the writing. */
  readonly write: (audit: AuditTrail) => Promise<void>;
};

/** The intent of an act with this row, which nothing has been written of yet. {@link CallIntent.write} rejects when the row cannot be written. */
export function createCallIntent(entry: AuditEntry): CallIntent {
  let isWritten = false;
  let writing: Promise<void> | undefined;
  return {
    entry,
    isWritten: () => isWritten,
    write(audit) {
      writing ??= audit.intend(entry).then(
        () => {
          isWritten = true;
        },
        (error: unknown) => {
          // The next call of the same act tries anew.
          writing = undefined;
          throw error;
        },
      );
      return writing;
    },
  };
}
