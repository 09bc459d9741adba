import { join } from 'node:path';
import { buildAgent } from '@coder/agent';
import { createLocalProvisioner, type LocalProvisioner } from '../provisioners/index.ts';
import type { Ground } from './ground.ts';

/** The runtime that every server has: processes of its own machine. `onExit` is called when an agent has ended by itself. */
export function createLocalRuntime(
  { config, localUrl, log, clock }: Ground,
  onExit: () => void,
): LocalProvisioner {
  return createLocalProvisioner({
    dataDir: config.dataDir,
    sandbox: config.localSandbox,
    agentUrl: localUrl,
    node: process.execPath,
    agentBundle: () => buildAgent({ outputFolder: join(config.dataDir, 'runtime', 'agent') }),
    log,
    clock,
    hidden: [config.configDir],
    onAgentExit: (exit) => {
      log.warn({ workspace: exit.workspaceId, agent: exit.agentId }, exit.message);
      onExit();
    },
  });
}
