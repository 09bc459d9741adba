import { createApiClient } from '@coder/api';
import { expect, it } from 'vitest';
import { testAccessUrl, testApi } from '../testing/index.ts';
import { buildRoutes, workspaceRoutes } from './routes.ts';
import { createWorld, untilAborted } from './testing/world.ts';

it('tell the audit log which workspace was changed, from what to what', async () => {
  await using world = await createWorld();
  await using server = await testApi({
    database: world.database,
    router: () => ({ workspaces: workspaceRoutes(world), builds: buildRoutes(world) }),
  });
  const { workspaces, builds } = createApiClient({
    url: testAccessUrl,
    token: undefined,
    fetch(request) {
      // The rows are in the order of their times.
      server.clock.advance(1);
      return server.fetch(request, world.actor);
    },
  });
  const { id: workspace } = await world.created('web', { ttl_ms: 3_600_000 });
  const deadline = new Date(Date.now() + 7_200_000).toISOString();
  expect(await workspaces.extend({ workspace, deadline })).toEqual({
    message: `Deadline updated to ${deadline}.`,
  });
  await workspaces.updateAutostart({ workspace, schedule: '0 6 * * *' });
  await workspaces.updateTtl({ workspace, ttl_ms: 7_200_000 });
  await workspaces.updateAutomaticUpdates({ workspace, automatic_updates: 'always' });
  await workspaces.favorite({ workspace });
  await workspaces.unfavorite({ workspace });
  await world.built(workspace, 'stop');
  await workspaces.rename({ workspace, name: 'site' });
  // What is so already is noted as a call that changed nothing.
  await workspaces.rename({ workspace, name: 'site' });
  const waiting = Promise.withResolvers<void>();
  world.provisioner.hooks.onStart = (_, signal) => {
    waiting.resolve();
    return untilAborted(signal);
  };
  const build = await world.workspaces.createBuild(world.actor, workspace, { transition: 'start' });
  await waiting.promise;
  expect(await builds.cancel({ build: build.id })).toEqual({ message: 'The build is being canceled.' });
  await world.ended(build.id);
  await server.audit.flush();

  const { rows } = await world.database.pool.query(
    'select resource_type, resource_id, resource_target, diff from audit_logs order by time',
  );
  const change = (field: string, from: unknown, to: unknown, name = 'ada/web') => ({
    resource_type: 'workspace',
    resource_id: workspace,
    resource_target: name,
    diff: { [field]: { old: from, new: to, secret: false } },
  });
  expect(rows).toEqual([
    change('deadline', expect.any(String), deadline),
    change('autostart_schedule', null, '0 6 * * *'),
    change('ttl_ms', 3_600_000, 7_200_000),
    change('automatic_updates', 'never', 'always'),
    change('favorite', false, true),
    change('favorite', true, false),
    change('name', 'web', 'site', 'ada/site'),
    { ...change('name', '', '', 'ada/site'), diff: {} },
    {
      ...change('status', 'running', 'canceling', 'ada/site'),
      resource_type: 'workspace_build',
      resource_id: build.id,
    },
  ]);
});
