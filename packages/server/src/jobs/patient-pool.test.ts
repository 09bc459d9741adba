import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { patientPool } from './patient-pool.ts';

/** A pool whose first connections fail in these ways. */
function failing(...errors: (Error & { code?: string })[]) {
  const client = { name: 'client' };
  const pool = {
    ending: false,
    tries: 0,
    async connect() {
      this.tries += 1;
      const error = errors.shift();
      if (error) throw error;
      return client;
    },
  };
  return { pool, client, patient: patientPool(pool as unknown as pg.Pool, { forMs: 5_000, everyMs: 1 }) };
}

const away = (code: string) => Object.assign(new Error('connect'), { code });

describe('a patient pool', () => {
  it('waits for a database that is away', async () => {
    const { pool, client, patient } = failing(
      away('ECONNREFUSED'),
      away('57P03'),
      new Error('Connection terminated unexpectedly'),
    );
    expect(await patient.connect()).toBe(client);
    expect(pool.tries).toBe(4);
  });

  it('does not wait for what does not get better, nor once it is told to end', async () => {
    const refused = failing(away('28P01'));
    await expect(refused.patient.connect()).rejects.toMatchObject({ code: '28P01' });
    const ending = failing(away('ECONNREFUSED'));
    ending.pool.ending = true;
    await expect(ending.patient.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
