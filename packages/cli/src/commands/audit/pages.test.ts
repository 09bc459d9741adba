import { createApiClient } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { httpServer } from '../../testing/http-server.ts';
import { auditPages } from './pages.ts';

const entry = (n: number) => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  request_id: '',
  time: '2026-01-02T03:04:05Z',
  ip: '',
  user_agent: '',
  resource_type: 'workspace',
  resource_id: '',
  resource_target: '',
  resource_icon: '',
  action: 'create',
  diff: {},
  status_code: 200,
  description: '',
  resource_link: '',
  is_deleted: false,
  additional_fields: {},
});

/** An audit log of `length` entries, read with this limit: the pages' sizes and what was asked for. */
async function read(length: number, limit?: number) {
  const all = Array.from({ length }, (_, n) => entry(n));
  await using server = await httpServer(({ path }) => {
    const query = new URL(path, 'http://x').searchParams;
    const from = all.findIndex(({ id }) => id === query.get('after_id')) + 1;
    return { body: { audit_logs: all.slice(from, from + Number(query.get('limit'))), count: length } };
  });
  const client = createApiClient({ url: server.url });
  const pages = await Array.fromAsync(
    auditPages(client, { q: 'action:create', ...(limit === undefined ? {} : { limit }) }),
  );
  expect(pages.flat()).toEqual(all.slice(0, limit));
  return { sizes: pages.map((page) => page.length), requests: server.asked.length };
}

describe('the pages of the audit log', () => {
  it.each([
    [0, undefined, { sizes: [], requests: 1 }],
    [3, undefined, { sizes: [3], requests: 1 }],
    [2000, undefined, { sizes: [1000, 1000], requests: 3 }],
    [2500, 1200, { sizes: [1000, 200], requests: 2 }],
    [5, 5, { sizes: [5], requests: 1 }],
  ])('of %d entries up to %s', async (length, limit, expected) => {
    expect(await read(length, limit)).toEqual(expected);
  });
});
