// The program behind server-process.ts: a provisioner that is called by messages.
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../clock.ts';
import { createNoopLogger } from '../../../logger.ts';
import type { StartInput } from '../../provisioner.ts';
import type { AgentExit } from '../context.ts';
import { createLocalProvisioner, type LocalProvisioner } from '../local-provisioner.ts';

const options = JSON.parse(process.argv[2] ?? '{}');
const exits: AgentExit[] = [];
let made: LocalProvisioner | undefined;

function provisioner(): LocalProvisioner {
  made ??= createLocalProvisioner({
    ...options,
    agentUrl: 'http://127.0.0.1:1',
    node: process.execPath,
    agentBundle: async () => ({ entry: fileURLToPath(new URL('./agent/agent.mjs', import.meta.url)) }),
    log: createNoopLogger(),
    clock: systemClock,
    onAgentExit: (exit) => exits.push(exit),
  });
  return made;
}

const methods: Record<string, (argument: never) => Promise<unknown>> = {
  async start(input: StartInput) {
    const log: { level: string; output: string }[] = [];
    const write = (level: string, _stage: string, output: string) => log.push({ level, output });
    const started = await provisioner().start(input, write, AbortSignal.timeout(60_000));
    return { ...started, log };
  },
  stop: (workspaceId: string) => provisioner().stop(workspaceId, null, () => {}),
  delete: (workspaceId: string) => provisioner().delete(workspaceId, null, () => {}),
  inspect: (workspaceId: string) => provisioner().inspect(workspaceId, null),
  list: () => provisioner().list(),
  check: () => provisioner().check(),
  exits: async () => exits,
};

process.on('message', ({ id, method, argument }: { id: string; method: string; argument: never }) => {
  const work = methods[method]?.(argument) ?? Promise.reject(new Error(`There is no method ${method}.`));
  work.then(
    (result) => process.send?.({ id, result }),
    (error: Error) => process.send?.({ id, error: error.message }),
  );
});
