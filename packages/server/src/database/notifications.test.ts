import { EventEmitter, once } from 'node:events';
import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createNoopLogger, testDatabase } from '../testing/index.ts';
import { createNotifications, notify } from './notifications.ts';
import { inTransaction } from './transaction.ts';

/** Tells how many `listen` queries were under way at once, at most: pg says only once in a process that it should be one. */
function watchListening(): () => number {
  const client = pg.Client.prototype as { query(...asked: unknown[]): unknown };
  const { query } = client;
  let now = 0;
  let most = 0;
  const spy = vi.spyOn(client, 'query').mockImplementation(function (this: unknown, ...asked) {
    const answer = query.apply(this, asked);
    if (!String(asked[0]).startsWith('listen ')) return answer;
    now += 1;
    most = Math.max(most, now);
    return Promise.resolve(answer).finally(() => {
      now -= 1;
    });
  });
  onTestFinished(() => spy.mockRestore());
  return () => most;
}

describe('notifications', () => {
  it('reach the handlers of their channel, when the transaction commits', async () => {
    await using database = await testDatabase({ empty: true });
    const notifications = createNotifications({ url: database.url, log: createNoopLogger() });
    const heard: string[] = [];
    const events = new EventEmitter();
    await notifications.listen('other', { notify: () => heard.push('wrong channel') });
    const stop = await notifications.listen('fruit', {
      notify: (payload) => heard.push(`stopped ${payload}`),
    });
    stop();
    await notifications.listen('fruit', {
      notify: (payload) => {
        heard.push(payload);
        events.emit(payload);
      },
    });
    const arrived = once(events, 'last');
    await inTransaction(database.db, async (trx) => {
      await notify(trx, 'fruit', 'undone');
      throw new Error('roll back');
    }).catch(() => undefined);
    await notify(database.db, 'fruit', 'plum');
    await notify(database.db, 'fruit', 'last');
    await arrived;
    expect(heard).toEqual(['plum', 'last']);
    await notifications.close();
  });

  it('are asked for one after the other, also by those who ask at the same time', async () => {
    await using database = await testDatabase({ empty: true });
    const notifications = createNotifications({ url: database.url, log: createNoopLogger() });
    const most = watchListening();
    const events = new EventEmitter();
    const channels = ['fruit', 'bread', 'wine'];
    await Promise.all(
      channels.map((channel) => notifications.listen(channel, { notify: () => events.emit(channel) })),
    );
    const arrived = Promise.all(channels.map((channel) => once(events, channel)));
    for (const channel of channels) await notify(database.db, channel);
    await arrived;
    expect(most()).toBe(1);
    await notifications.close();
  });

  it('come again after the connection was lost, and the loss is told', async () => {
    await using database = await testDatabase({ empty: true });
    const notifications = createNotifications({ url: database.url, log: createNoopLogger() });
    const events = new EventEmitter();
    await notifications.listen('fruit', {
      notify: (payload) => events.emit('notify', payload),
      missed: () => events.emit('missed'),
    });
    const missed = once(events, 'missed');
    await database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'coder listener' and datname = current_database()",
    );
    await missed;
    const arrived = once(events, 'notify');
    await notify(database.db, 'fruit', 'plum');
    expect(await arrived).toEqual(['plum']);
    await notifications.close();
  });

  it('fail to listen on a database that cannot be reached, and may be tried again', async () => {
    const notifications = createNotifications({
      url: 'postgresql://x@127.0.0.1:1/x',
      log: createNoopLogger(),
    });
    for (const _ of [1, 2]) {
      await expect(notifications.listen('fruit', { notify: () => undefined })).rejects.toThrow(
        'ECONNREFUSED',
      );
    }
    await notifications.close();
  });
});
