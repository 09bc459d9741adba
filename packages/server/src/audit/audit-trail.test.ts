import { describe, expect, it } from 'vitest';
import { createNoopLogger, testDatabase } from '../testing/index.ts';
import { createAuditTrail } from './audit-trail.ts';
import { entry, outcome } from './testing/rows.ts';

describe('the audit trail', () => {
  it('keeps what PostgreSQL could not store as it came, and loses nothing that came with it', async () => {
    await using database = await testDatabase();
    const trail = createAuditTrail({ db: database.db, log: createNoopLogger() });
    const bad = { resourceTarget: 'a\0b', additionalFields: { email: 'x\0\ud83d' } };
    const settled = [entry(), entry()];
    await Promise.all(settled.map((one) => trail.intend(one)));
    trail.settle(settled[0]!, outcome(bad));
    trail.settle(settled[1]!, outcome({ resourceTarget: 'other' }));
    trail.record(entry({ username: 'n\0' }), outcome(bad));
    trail.record(entry(), outcome({ resourceTarget: 'third' }));
    await trail.flush();
    expect(trail.lost).toBe(0);
    const rows = await database.db
      .selectFrom('audit_logs')
      .select(['resource_target', 'additional_fields', 'status_code'])
      .orderBy('resource_target')
      .execute();
    const kept = {
      resource_target: 'a\ufffdb',
      additional_fields: { email: 'x\ufffd\ufffd' },
      status_code: 201,
    };
    expect(rows).toEqual([
      kept,
      kept,
      { resource_target: 'other', additional_fields: {}, status_code: 201 },
      { resource_target: 'third', additional_fields: {}, status_code: 201 },
    ]);
  });

  it('keeps of several outcomes of one row the last', async () => {
    await using database = await testDatabase();
    const trail = createAuditTrail({ db: database.db, log: createNoopLogger() });
    const rows = [entry(), entry(), entry()];
    await Promise.all(rows.map((one) => trail.intend(one)));
    for (const statusCode of [200, 404, 502]) {
      for (const one of rows) trail.settle(one, outcome({ statusCode }));
    }
    await trail.flush();
    const kept = await database.db.selectFrom('audit_logs').select('status_code').execute();
    expect(kept).toEqual([{ status_code: 502 }, { status_code: 502 }, { status_code: 502 }]);
  });

  it('counts the rows it could not write behind an answer', async () => {
    await using database = await testDatabase();
    const trail = createAuditTrail({ db: database.db, log: createNoopLogger() });
    trail.record(entry(), outcome());
    await trail.flush();
    expect(trail.lost).toBe(0);
    await database.pool.query('drop table audit_logs');
    trail.record(entry(), outcome());
    trail.record(entry(), outcome());
    await trail.flush();
    expect(trail.lost).toBe(2);
    await expect(trail.intend(entry())).rejects.toThrow();
  });
});
