import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectHttp, connectStdio, type McpClient } from './harness/mcp.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';
import { checksTheInfrastructure, startsAProject, worksAcrossWorkspaces } from './worked-examples.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await createDeployment();
  await starter(deployment, 'node');
});
afterAll(() => deployment[Symbol.asyncDispose]());

const MINUTES = 60_000;

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** What the user sees who opens a URL, signed in. */
async function seen(url: string): Promise<string> {
  const response = await fetch(url, { headers: { 'coder-session-token': deployment.token } });
  expect(response.status).toBe(200);
  return response.text();
}

const overHttp = (): Promise<McpClient> => connectHttp(deployment.url, deployment.token, 'modern');

test(verifies('mcp.example.project'), { timeout: 3 * MINUTES }, async () => {
  await using mcp = await overHttp();
  await startsAProject(mcp, await freePort(), seen);
});

test(verifies('mcp.example.cross-workspace'), { timeout: 3 * MINUTES }, async () => {
  await using mcp = await overHttp();
  await worksAcrossWorkspaces(mcp, await freePort(), seen);
});

test(verifies('mcp.example.infrastructure'), { timeout: 3 * MINUTES }, async () => {
  // With the workspaces of the example before, by the other way.
  await using mcp = await connectStdio(deployment.env, 'modern');
  await checksTheInfrastructure(mcp);
});
