import { afterAll, beforeAll, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectHttp, connectStdio } from './harness/mcp.ts';
import { starter } from './harness/templates.ts';
import { mainJob } from './main-job.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await createDeployment();
  await starter(deployment, 'node');
});

afterAll(() => deployment[Symbol.asyncDispose]());

const MINUTES = 60_000;

test(verifies('mcp.main-job.http.modern'), { timeout: 2 * MINUTES }, async () => {
  await using mcp = await connectHttp(deployment.url, deployment.token, 'modern');
  await mainJob(mcp, deployment);
});

test(verifies('mcp.main-job.http.legacy'), { timeout: 2 * MINUTES }, async () => {
  await using mcp = await connectHttp(deployment.url, deployment.token, 'legacy');
  await mainJob(mcp, deployment);
});

test(verifies('mcp.main-job.stdio.modern'), { timeout: 2 * MINUTES }, async () => {
  await using mcp = await connectStdio(deployment.env, 'modern');
  await mainJob(mcp, deployment);
});

test(verifies('mcp.main-job.stdio.legacy'), { timeout: 2 * MINUTES }, async () => {
  await using mcp = await connectStdio(deployment.env, 'legacy');
  await mainJob(mcp, deployment);
});
