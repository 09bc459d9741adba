import { setImmediate } from 'node:timers/promises';
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

  it('does not wait for what does not get better', async () => {
    const { patient } = failing(away('28P01'));
    await expect(patient.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it.each(['ECONNREFUSED', 'ended'])(
    'fails no job that outlives it (%s), which would end the server',
    async (code) => {
      const { pool, patient } = failing(away(code));
      pool.ending = true;
      const answer = patient.connect().then(
        () => 'connected',
        () => 'failed',
      );
      expect(await Promise.race([answer, setImmediate('nothing')])).toBe('nothing');
      expect(pool.tries).toBe(1);
    },
  );
});
