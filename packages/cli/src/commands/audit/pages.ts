import type { ApiClient, AuditLog } from '@coder/api';

/** What one answer may hold at most. */
const PAGE = 1000;

export type AuditPages = {
  q: string | undefined;
  limit?: number;
  /** Only what the user's own sessions, tokens and applications have done, which takes no role. */
  mine?: boolean | undefined;
};

/**
 * The entries that a search selects, newest first, page by page, up to `limit`. Each page begins after the last entry of
 * the one before, so entries that are written meanwhile neither repeat nor hide others.
 */
export async function* auditPages(
  client: ApiClient,
  { q, limit = Number.POSITIVE_INFINITY, mine }: AuditPages,
): AsyncGenerator<AuditLog[]> {
  let after: string | undefined;
  for (let left = limit; left > 0; ) {
    const size = Math.min(PAGE, left);
    const query = { q, limit: size, after_id: after };
    const { audit_logs: page } = mine
      ? await client.deployment.activity({ user: 'me', ...query })
      : await client.deployment.audit(query);
    if (page.length > 0) yield page;
    if (page.length < size) return;
    left -= page.length;
    after = page.at(-1)?.id;
  }
}
