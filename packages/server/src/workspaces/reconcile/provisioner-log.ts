import type { Logger } from '../../logger.ts';
import type { BuildLog } from '../../provisioners/index.ts';

/** What a provisioner says outside of a build goes to the server's own log. */
export function provisionerLog(log: Logger, workspaceId: string): BuildLog {
  return (level, stage, output) => log[level]({ workspace: workspaceId, stage }, output);
}
