import { expect, it } from 'vitest';
import { harness, seedApp } from '../agents/testing/index.ts';
import type { TestUser } from '../testing/index.ts';

it('says of the ports and apps of a stopped workspace that it is, although its last build has no agent', async () => {
  await using h = await harness();
  const owner = await h.user();
  const stopped = await h.workspace(owner, { workspaceName: 'box' });
  await seedApp(h.database.db, stopped, { slug: 'site', url: 'http://localhost:8099' });
  await h.database.pool.query(
    `with job as (
       insert into provisioner_jobs select (jsonb_populate_record(j, jsonb_build_object('id', gen_random_uuid()))).*
       from provisioner_jobs j join workspace_builds b on b.job_id = j.id where b.id = $1 returning id
     )
     insert into workspace_builds select (jsonb_populate_record(b, jsonb_build_object(
       'id', gen_random_uuid(), 'build_number', 2, 'transition', 'stop', 'job_id', job.id))).*
     from workspace_builds b, job where b.id = $1`,
    [stopped.buildId],
  );
  const other = await h.user();
  for (const rest of ['ports/8099/', 'apps/site/']) {
    const visit = ({ token }: TestUser) =>
      fetch(`${h.url}/@${owner.user.username}/box/${rest}`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const answer = await visit(owner);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ message: 'Workspace "box" is stopped. Start it first.' });
    expect((await visit(other)).status).toBe(404);
  }
});
