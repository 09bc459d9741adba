import { systemClock } from '../../clock.ts';
import { createLocalProvisioner } from '../../provisioners/index.ts';
import { createNoopLogger } from '../../testing/index.ts';

/**
 * Ends whatever a server that is closed has left running, as it should, of the workspaces in its data directory: also of
 * those that a test has made in passing and knows nothing more of.
 */
export async function endWorkspaces(dataDir: string): Promise<void> {
  const provisioner = createLocalProvisioner({
    dataDir,
    sandbox: 'auto',
    agentUrl: '',
    node: process.execPath,
    agentBundle: () => Promise.reject(new Error('nothing is started here')),
    log: createNoopLogger(),
    clock: systemClock,
  });
  for (const { workspaceId } of await provisioner.list()) {
    await provisioner.delete(workspaceId, {}, () => undefined);
  }
}
