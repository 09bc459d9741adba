import { mkdtempSync } from 'node:fs';
import { chmod, chown, realpath, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { membersOf } from '../members.ts';

/** What a script in a workspace came to. */
export interface ScriptResult {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** A data directory that every account may pass through. Its path is short, because sockets in it have a limit. */
export async function temporaryDataDir(uid?: number): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await realpath(mkdtempSync('/tmp/cp-'));
  await chmod(path, 0o711);
  if (uid !== undefined) await chown(path, uid, uid);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Runs a shell script in a workspace, by way of the agent in testing/agent. */
export async function inWorkspace(
  dataDir: string,
  workspaceId: string,
  script: string,
): Promise<ScriptResult> {
  return JSON.parse(await ask(dataDir, workspaceId, '/run', script));
}

/** The environment the agent sees. */
export async function agentEnvironmentOf(
  dataDir: string,
  workspaceId: string,
): Promise<Record<string, string>> {
  return JSON.parse(await ask(dataDir, workspaceId, '/env', ''));
}

/** Makes the agent take memory until somebody stops it. */
export async function growAgent(dataDir: string, workspaceId: string): Promise<void> {
  await ask(dataDir, workspaceId, '/grow', '').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET') throw error;
  });
}

/** A loaded agent takes a moment to listen. */
async function ask(dataDir: string, workspaceId: string, path: string, body: string): Promise<string> {
  const socketPath = join(dataDir, 'workspaces', workspaceId, 'agent-state/main/control.sock');
  for (let attempt = 0; ; attempt++) {
    try {
      return await post(socketPath, path, body);
    } catch (error) {
      if (attempt > 200 || !['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
      await pause(10);
    }
  }
}

function post(socketPath: string, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method: 'POST' }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(Buffer.concat(chunks).toString());
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Every process on the machine that carries the workspace's mark or runs under its account. */
export function leftOf(workspaceId: string, uid: number | undefined): number[] {
  const marker = `CODER_AGENT_MARKER=${workspaceId}`;
  const byMarker = membersOf({ uid: undefined, marker, roots: [], cgroupProcesses: [] });
  const byAccount = uid === undefined ? [] : membersOf({ uid, marker, roots: [], cgroupProcesses: [] });
  return [...new Set([...byMarker, ...byAccount])];
}

/** Waits for something to become true; fails after ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`This did not become true in time: ${condition}`);
    await pause(10);
  }
}
