import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createNoopLogger, testDatabase } from '../testing/index.ts';
import { createNotifications, notify } from './notifications.ts';
import { inTransaction } from './transaction.ts';

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
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.message);
    process.on('warning', hear);
    const events = new EventEmitter();
    const channels = ['fruit', 'bread', 'wine'];
    await Promise.all(
      channels.map((channel) => notifications.listen(channel, { notify: () => events.emit(channel) })),
    );
    const arrived = Promise.all(channels.map((channel) => once(events, channel)));
    for (const channel of channels) await notify(database.db, channel);
    await arrived;
    process.off('warning', hear);
    expect(warnings).toEqual([]);
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
