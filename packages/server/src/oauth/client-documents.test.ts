import { expect, it } from 'vitest';
import { createNoopLogger, testClock, testDatabase } from '../testing/index.ts';
import { createClientDocuments } from './client-documents.ts';
import { createSweep } from './store/sweep.ts';

const address = 'https://app.example.com/client.json';
const document = { client_id: address, client_name: 'App', redirect_uris: ['https://app.example.com/cb'] };
const day = 86_400_000;

async function documents() {
  const database = await testDatabase();
  const clock = testClock();
  let answer: () => Promise<Response> | Response = () => Response.json(document);
  const fetchDocument = createClientDocuments({
    db: database.db,
    clock,
    log: createNoopLogger(),
    fetch: async () => answer(),
  });
  return {
    database,
    clock,
    fetchDocument,
    answers: (next: typeof answer) => {
      answer = next;
    },
    sweep: createSweep({ db: database.db, clock }),
    [Symbol.asyncDispose]: database.close,
  };
}

const fails = () => Promise.reject(new Error('ECONNREFUSED'));
const nameOf = async (response: Promise<Response>) =>
  ((await (await response).json()) as { client_name?: string }).client_name;

it('uses a document as it was while its host fails, for thirty days', async () => {
  await using d = await documents();
  d.answers(fails);
  await expect(d.fetchDocument(address)).rejects.toThrow('ECONNREFUSED');
  d.answers(() => Response.json(document));
  expect(await nameOf(d.fetchDocument(address))).toBe('App');
  for (const answer of [fails, () => new Response('Bad gateway', { status: 502 })]) {
    d.answers(answer);
    expect(await nameOf(d.fetchDocument(address))).toBe('App');
  }
  // It is asked for again soon, in case the host is back.
  expect((await d.fetchDocument(address)).headers.get('cache-control')).toBe('max-age=60');
  d.answers(() => Response.json({ ...document, client_name: 'Renamed' }));
  expect(await nameOf(d.fetchDocument(address))).toBe('Renamed');
  d.clock.advance(30 * day + 1);
  d.answers(fails);
  await expect(d.fetchDocument(address)).rejects.toThrow('ECONNREFUSED');
  await d.sweep();
  expect(await d.database.db.selectFrom('oauth_client_documents').selectAll().execute()).toEqual([]);
});

it('believes a document that has turned bad, and keeps the good one only for when the host fails', async () => {
  await using d = await documents();
  await d.fetchDocument(address);
  // The check that follows refuses what is in it.
  for (const bad of [
    { ...document, client_id: 'https://other.example.com/client.json' },
    { ...document, client_secret: 'shared' },
    [],
  ]) {
    d.answers(() => Response.json(bad));
    expect(await (await d.fetchDocument(address)).json()).toEqual(bad);
  }
  d.answers(() => Response.json({ ...document, redirect_uris: ['javascript:alert(1)'] }));
  await expect(d.fetchDocument(address)).rejects.toThrow('redirect_uris[0]');
  d.answers(fails);
  expect(await nameOf(d.fetchDocument(address))).toBe('App');
});
