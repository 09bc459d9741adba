import type { ApiClient, AuditLog } from '@coder/api';

/** What one answer may hold at most. */
const PAGE = 1000;

/**
 * The entries that a search selects, newest first, page by page, up to `limit`. Each page begins after the last entry of
 * the one before, so entries that are written meanwhile neither repeat nor hide others.
 */
export async function* auditPages(
  client: ApiClient,
  { q, limit = Number.POSITIVE_INFINITY }: { q: string | undefined; limit?: number },
): AsyncGenerator<AuditLog[]> {
  let after: string | undefined;
  for (let left = limit; left > 0; ) {
    const size = Math.min(PAGE, left);
    const { audit_logs: page } = await client.deployment.audit({ q, limit: size, after_id: after });
    if (page.length > 0) yield page;
    if (page.length < size) return;
    left -= page.length;
    after = page.at(-1)?.id;
  }
}
