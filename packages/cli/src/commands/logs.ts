import { Command } from 'commander';
import { plain } from '../output/table.ts';
import { clientOf } from '../session/context.ts';
import { agentsOf, findWorkspace } from '../workspace-ref.ts';

export function logsCommand(): Command {
  return new Command('logs')
    .description("Print a workspace's build log and the log of its startup scripts")
    .argument('<workspace>', 'name, or owner/name')
    .option('-n, --build-number <number>', 'an earlier build', Number)
    .option('-f, --follow', 'go on until the build and its scripts have ended')
    .action(async (ref: string, flags: { buildNumber?: number; follow?: boolean }, command: Command) => {
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const build =
        flags.buildNumber === undefined
          ? workspace.latest_build
          : await client.builds.getByNumber({
              user: workspace.owner_name,
              name: workspace.name,
              number: flags.buildNumber,
            });
      const wait_ms = flags.follow ? 20_000 : 0;
      for (let after = 0; ; ) {
        const logs = await client.builds.logs({ build: build.id, after, wait_ms });
        for (const log of logs) {
          console.log(`${log.created_at} [${log.log_level}] ${plain(log.stage)}: ${plain(log.output)}`);
          after = log.id;
        }
        if (logs.length > 0) continue;
        if (!flags.follow || (await client.builds.get({ build: build.id })).job.completed_at !== undefined)
          break;
      }
      const current = await client.builds.get({ build: build.id });
      for (const agent of agentsOf({ ...workspace, latest_build: current })) {
        for (let after = 0; ; ) {
          const logs = await client.agents.logs({ agent: agent.id, after, wait_ms });
          for (const log of logs) {
            console.log(`${log.created_at} [${log.level}] ${plain(agent.name)}: ${plain(log.output)}`);
            after = log.id;
          }
          if (logs.length > 0) continue;
          const now = await client.agents.get({ agent: agent.id });
          if (!flags.follow || !['created', 'starting', 'shutting_down'].includes(now.lifecycle_state)) break;
        }
      }
    });
}
