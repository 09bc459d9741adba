import { join } from 'node:path';
import { MCP_PATH } from '@coder/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from '../harness/deployment.ts';
import { installClients, runClient } from './clients.ts';
import { startSignedProxy } from './signed-proxy.ts';

let deployment: Deployment;
let proxy: Awaited<ReturnType<typeof startSignedProxy>>;

beforeAll(async () => {
  installClients();
  deployment = await createDeployment({ flags: ['--mcp-http-rate-limit', '1000'] });
  proxy = await startSignedProxy(deployment.url, deployment.token);
}, 180_000);

afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await deployment?.[Symbol.asyncDispose]();
});

// Each expected-failures file says why every scenario in it cannot pass on a product server. The suite fails when one of
// them passes after all, and when any other fails.
test.each(['2026-07-28', '2025-11-25'])(
  'conformance, requirements %s',
  { timeout: 180_000 },
  async (revision) => {
    const { code, output } = await runClient(
      'conformance',
      [
        'server',
        '--url',
        proxy.url + MCP_PATH,
        '--requirements',
        revision,
        '--expected-failures',
        join(import.meta.dirname, `expected-failures-${revision}.yml`),
        '-o',
        join(deployment.home, `conformance-${revision}`),
      ],
      { env: { HOME: deployment.home } },
    );
    expect(code, output.slice(-6000)).toBe(0);
  },
);
