import { Command } from 'commander';
import { bytes, type OutputFormat, outputOption, printList } from '../output/print.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';

const of = (used: string, limit: string | undefined) => (limit === undefined ? used : `${used} of ${limit}`);

export function statCommand(): Command {
  return new Command('stat')
    .description('Show resource use now and over the last hour, of one workspace or of all of yours')
    .argument('[workspace]', 'name, or owner/name')
    .addOption(outputOption())
    .action(async (ref: string | undefined, flags: { output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const q = ref === undefined ? 'owner:me' : `id:${(await findWorkspace(client, ref)).id}`;
      const { workspaces } = await client.workspaces.metrics({ q });
      printList(
        flags.output,
        workspaces,
        {
          workspace: (m) => `${m.owner_name}/${m.workspace_name}`,
          status: (m) => m.status,
          cpu: (m) => (m.now ? of(m.now.cpu_cores.toFixed(2), m.limits.cpu_cores?.toString()) : ''),
          memory: (m) =>
            m.now
              ? of(
                  bytes(m.now.memory_bytes),
                  m.limits.memory_bytes === null ? undefined : bytes(m.limits.memory_bytes),
                )
              : '',
          disk: (m) => (m.now ? bytes(m.now.disk_bytes) : ''),
          'cpu, hour': (m) => m.hour?.cpu_cores_average.toFixed(2) ?? '',
          'memory, hour': (m) => (m.hour ? bytes(m.hour.memory_bytes_average) : ''),
          verdict: (m) => m.verdict,
          reason: (m) => m.reason,
        },
        'No workspaces.',
      );
    });
}
