import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { ensureRunning } from '../builds.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace, parseWorkspaceRef } from '../workspace-ref.ts';

function count(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('must be a whole number from 1.');
  return n;
}

export function pingCommand(): Command {
  return new Command('ping')
    .description("Measure the round trip to a workspace's agent")
    .argument('<workspace>', 'name, or owner/name')
    .option('-n, --num <count>', 'how many', count, 5)
    .action(async (ref: string, flags: { num: number }, command: Command) => {
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const agent = await ensureRunning(client, workspace, parseWorkspaceRef(ref).agent);
      for (let i = 1; i <= flags.num; i += 1) {
        const started = performance.now();
        await client.files.stat({ agent: agent.id, path: '~' });
        console.log(
          `${workspace.name}.${agent.name}: ${(performance.now() - started).toFixed(1)} ms (${i}/${flags.num})`,
        );
        if (i < flags.num) await pause(500);
      }
    });
}
