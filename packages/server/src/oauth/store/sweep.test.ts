import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { generateApiKey } from '../../identity/index.ts';
import { testClock, testDatabase, testUser } from '../../testing/index.ts';
import { hashOf } from './artifacts.ts';
import { createSweep } from './sweep.ts';

const hour = 3_600_000;
const day = 24 * hour;

it('deletes what has ended, with what hangs on it, and nothing else', async () => {
  await using database = await testDatabase();
  const { db } = database;
  const clock = testClock();
  const now = clock.now().getTime();
  const at = (ms: number) => new Date(now + ms);
  const { user } = await testUser(db);

  const grant = async (id: string, { created = -2 * day, expires = day } = {}) => {
    await db
      .insertInto('oauth_grants')
      .values({
        id,
        user_id: user.id,
        client_id: 'client',
        payload: '{}',
        created_at: at(created),
        expires_at: at(expires),
      })
      .execute();
  };
  const artifact = (grantId: string | null, expires: number) =>
    db
      .insertInto('oauth_artifacts')
      .values({
        kind: 'RefreshToken',
        id_hash: hashOf(randomUUID()),
        grant_id: grantId,
        payload: '{}',
        expires_at: at(expires),
      })
      .execute();
  const key = async (grantId: string, login_type: string, expires: number) => {
    const { id, hashedSecret } = generateApiKey();
    await db
      .insertInto('api_keys')
      .values({
        id,
        hashed_secret: hashedSecret,
        user_id: user.id,
        login_type,
        token_name: `${grantId}-${login_type}-${expires}`,
        lifetime_seconds: 1,
        scopes: [],
        allow_list: [],
        oauth_grant_id: grantId,
        last_used: at(0),
        expires_at: at(expires),
        created_at: at(0),
        updated_at: at(0),
      })
      .execute();
  };
  const document = (url: string, fetched: number) =>
    db
      .insertInto('oauth_client_documents')
      .values({ url, body: '{}', fetched_at: at(fetched) })
      .execute();

  // Over, though tokens of it would still be good.
  await grant('ended', { expires: -hour });
  await key('ended', 'token', day);
  await artifact('ended', day);
  // Connected: renewed now and then, or used by an API token that it has made.
  await grant('renewed');
  await artifact('renewed', day);
  await key('renewed', 'oauth2_provider_app', -hour);
  await grant('made');
  await key('made', 'token', day);
  // Nothing is left of the one, the other is being decided.
  await grant('left');
  await key('left', 'oauth2_provider_app', -hour);
  await artifact('left', -hour);
  await grant('new', { created: -hour / 2 });
  await artifact(null, hour);
  await artifact(null, -1);
  await document('https://old.example.com/', -31 * day);
  await document('https://new.example.com/', -29 * day);

  await createSweep({ db, clock })();

  const grants = await db.selectFrom('oauth_grants').select('id').orderBy('id').execute();
  expect(grants.map(({ id }) => id)).toEqual(['made', 'new', 'renewed']);
  const artifacts = await db.selectFrom('oauth_artifacts').select('grant_id').execute();
  expect(artifacts.map(({ grant_id }) => grant_id).sort()).toEqual(['renewed', null].sort());
  const keys = await db.selectFrom('api_keys').where('oauth_grant_id', 'is not', null).selectAll().execute();
  expect(keys.map(({ oauth_grant_id, login_type }) => [oauth_grant_id, login_type])).toEqual([
    ['made', 'token'],
  ]);
  const documents = await db.selectFrom('oauth_client_documents').select('url').execute();
  expect(documents).toEqual([{ url: 'https://new.example.com/' }]);
});

it('deletes applications that registered themselves and came to nothing', async () => {
  await using database = await testDatabase();
  const { db } = database;
  const clock = testClock();
  const at = (days: number) => new Date(clock.now().getTime() + days * day);
  const { user } = await testUser(db);
  const app = async (
    name: string,
    created: number,
    touched = created,
    kind: 'dcr' | 'preregistered' = 'dcr',
  ) => {
    const id = randomUUID();
    await db
      .insertInto('oauth_apps')
      .values({ id, name, kind, metadata: '{}', created_at: at(created), updated_at: at(touched) })
      .execute();
    return id;
  };
  const grant = (id: string, app_id: string, expires: number) =>
    db
      .insertInto('oauth_grants')
      .values({
        id,
        user_id: user.id,
        client_id: app_id,
        app_id,
        payload: '{}',
        created_at: at(0),
        expires_at: at(expires),
      })
      .execute();

  await app('untouched', -1.1);
  await app('fresh', -0.9);
  await app('asked', -29, -28);
  await app('asked long ago', -60, -31);
  await app('entered', -99, -99, 'preregistered');
  await grant('good', await app('connected', -99), 1);
  await grant('over', await app('was connected', -99, -98), -0.1);

  await createSweep({ db, clock })();
  const apps = await db.selectFrom('oauth_apps').select('name').orderBy('name').execute();
  expect(apps.map(({ name }) => name)).toEqual(['asked', 'connected', 'entered', 'fresh', 'was connected']);
});
