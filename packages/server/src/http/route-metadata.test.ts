import { allPermissions, contract, type RouteMeta, rawRoutes } from '@coder/api';
import { traverseContractProcedures } from '@orpc/server';
import { describe, expect, it } from 'vitest';

const routes: [name: string, meta: RouteMeta, method: string][] = [];
traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
  const { meta, route } = procedure['~orpc'];
  routes.push([path.join('.'), meta as RouteMeta, route.method ?? 'POST']);
});
for (const [name, { meta, method }] of Object.entries(rawRoutes)) routes.push([`raw.${name}`, meta, method]);

/** Reads that go through POST because their input is a body. */
const readsByPost = /^files\.(stat|list|readLines|readBytes|search)$/;
/** Changes too small and frequent for an audit row, and questions that are asked as a body and change nothing. */
const unaudited = new Set([
  'workspaces.reportUsage',
  'agents.patchAppStatus',
  'raw.processResize',
  'deployment.checkAuthorization',
  'templateVersions.evaluate',
  'users.validatePassword',
]);

describe('every route', () => {
  it('is found by this test', () => {
    expect(routes.length).toBeGreaterThan(90);
  });

  it.each(routes)('%s says who may call it', (_, meta) => {
    if (meta.auth === 'none' || meta.auth === 'agent') {
      expect(meta.permission).toBeUndefined();
      return;
    }
    expect([...allPermissions, 'signed-in']).toContain(meta.permission);
  });

  it.each(routes)('%s is audited before it has an effect', (name, meta, method) => {
    if (method === 'GET' || unaudited.has(name)) return;
    if (readsByPost.test(name)) expect(meta.audit?.action).toBe('read');
    else expect(meta.audit?.action).toMatch(/^(?!read$)/);
  });
});
