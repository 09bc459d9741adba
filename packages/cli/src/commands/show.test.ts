import { expect, it } from 'vitest';
import { httpServer } from '../testing/http-server.ts';
import { runCoder } from '../testing/run-coder.ts';

const app = (slug: string, health: string) => ({ slug, health });

it('shows what an app is known to be, when a workspace is updated, and with whom it is shared', async () => {
  const agent = {
    name: 'main',
    status: 'connected',
    lifecycle_state: 'ready',
    version: 'v1',
    apps: [app('preview', 'disabled'), app('docs', 'unhealthy')],
  };
  const build = { status: 'running', resources: [{ type: 'local', name: 'main', agents: [agent] }], job: {} };
  const workspace = { name: 'web', owner_name: 'ann', automatic_updates: 'always', latest_build: build };
  let shared: unknown;
  await using server = await httpServer(() => ({ body: { ...workspace, shared_with: shared } }));
  const show = () => runCoder('show', 'web', '--url', server.url, '--token', 'x');
  const alone = await show();
  expect([alone.code, alone.stderr]).toEqual([0, '']);
  expect(alone.stdout).toMatch(/preview, docs \(unhealthy\)/);
  expect(alone.stdout).toMatch(/^Updates +whenever it starts$/m);
  expect(alone.stdout).toMatch(/^Shared +with nobody$/m);
  shared = [
    { actor_type: 'user', name: 'ben', roles: ['use'] },
    { actor_type: 'group', name: 'dev', roles: ['admin'] },
  ];
  expect((await show()).stdout).toMatch(/^Shared +with ben \(use\), group dev \(admin\)$/m);
});
