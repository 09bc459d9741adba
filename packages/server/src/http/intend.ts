import { ApiError } from '@coder/api';
import type { Logger } from '../logger.ts';
import type { AuditEntry, AuditTrail } from './audit-draft.ts';
import type { CallIntent } from './call-intent.ts';

/**
 * Writes the row of something that is about to happen, and the row of the tool call that it is a part of. To be awaited before
 * the effect: throws OVERLOADED when the rows cannot be written, and then nothing may be done.
 */
export async function intend(
  { audit, log }: { audit: AuditTrail; log: Logger },
  entry: AuditEntry,
  whole?: CallIntent,
): Promise<void> {
  try {
    // Side by side, so that both are in one statement.
    await Promise.all([whole?.write(audit), audit.intend(entry)]);
  } catch (cause) {
    log.error({ err: cause, requestId: entry.requestId }, 'an audit row could not be written');
    throw new ApiError('OVERLOADED', {
      message: 'The audit log cannot be written now, so nothing was done.',
      retryAfter: 2,
      cause,
    });
  }
}
