/** What the audit page can be narrowed to. */
export type AuditFilter = {
  user?: string;
  application?: string;
  token?: string;
  tool?: string;
  workspace?: string;
  action?: string;
  type?: string;
  from?: string;
  to?: string;
  request?: string;
  page?: number;
};

const keys = [
  ['user', 'username'],
  ['application', 'application'],
  ['token', 'token'],
  ['tool', 'tool'],
  ['workspace', 'workspace'],
  ['action', 'action'],
  ['type', 'resource_type'],
  ['from', 'date_from'],
  ['to', 'date_to'],
  ['request', 'request_id'],
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

/** Reads the filter from a page's address, which anybody may have written. A name of digits may come as a number. */
export function auditFilterOf(search: Record<string, unknown>): AuditFilter {
  const filter: AuditFilter = {};
  for (const [name] of keys) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') filter[name] = value;
    else if (typeof value === 'number') filter[name] = String(value);
  }
  const page = Number(search.page);
  if (Number.isSafeInteger(page) && page > 1) filter.page = page;
  return filter;
}
