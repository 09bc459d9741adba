/** What the audit page can be narrowed to. */
export type AuditFilter = {
  user?: string;
  action?: string;
  type?: string;
  from?: string;
  to?: string;
  page?: number;
};

const keys = [
  ['user', 'username'],
  ['action', 'action'],
  ['type', 'resource_type'],
  ['from', 'date_from'],
  ['to', 'date_to'],
] as const;

/** The filter as the API's query. A value is quoted, so that it cannot bring keys of its own. */
export function auditQuery(filter: AuditFilter): string {
  return keys
    .flatMap(([name, key]) => {
      const value = filter[name]?.replaceAll('"', '').trim();
      return value ? [`${key}:"${value}"`] : [];
    })
    .join(' ');
}

/** Reads the filter from a page's address, which anybody may have written. */
export function auditFilterOf(search: Record<string, unknown>): AuditFilter {
  const filter: AuditFilter = {};
  for (const [name] of keys) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') filter[name] = value;
  }
  const page = Number(search.page);
  if (Number.isSafeInteger(page) && page > 1) filter.page = page;
  return filter;
}
