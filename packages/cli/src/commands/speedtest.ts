import { formatDuration } from '@coder/api';
import { Command, Option } from 'commander';
import { ensureRunning } from '../builds.ts';
import { durationArgument } from '../duration.ts';
import { type OutputFormat, outputOption, printList } from '../output/print.ts';
import { clientOf } from '../session/context.ts';
import { type Measured, measureDownload, measureUpload } from '../speedtest/measure.ts';
import { findWorkspace, parseWorkspaceRef } from '../workspace-ref.ts';

type Flags = { direction: 'down' | 'up'; time: number; output: OutputFormat };

const DEFAULT_MS = 5_000;

const seconds = (ms: number) => (ms / 1000).toFixed(2);

/** As upstream prints it: millions of bits a second. */
function throughput({ bytes, from, to }: Measured): string {
  return to <= from ? '-' : `${((bytes * 8) / 1000 / (to - from)).toFixed(2)} Mbits/sec`;
}

/** `coder speedtest`. */
export function speedtestCommand(): Command {
  return new Command('speedtest')
    .description('Measure how fast bytes go between this machine and a workspace, through the server')
    .argument('<workspace>', 'name, owner/name, or either with .agent')
    .addOption(new Option('--direction <direction>', 'which way').choices(['down', 'up']).default('down'))
    .addOption(
      new Option('-t, --time <duration>', 'for how long')
        .argParser(durationArgument)
        .default(DEFAULT_MS, formatDuration(DEFAULT_MS)),
    )
    .addOption(outputOption())
    .action(async (ref: string, flags: Flags, command: Command) => {
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const agent = await ensureRunning(client, workspace, parseWorkspaceRef(ref).agent);
      const measure = flags.direction === 'down' ? measureDownload : measureUpload;
      const intervals = await measure(client, agent.id, flags.time);
      const total = {
        from: 0,
        to: intervals.at(-1)?.to ?? 0,
        bytes: intervals.reduce((sum, { bytes }) => sum + bytes, 0),
      };
      if (flags.output === 'json') {
        const shape = ({ from, to, bytes }: Measured) => ({
          start_time_seconds: from / 1000,
          end_time_seconds: to / 1000,
          throughput_mbits: to <= from ? 0 : (bytes * 8) / 1000 / (to - from),
        });
        console.log(JSON.stringify({ overall: shape(total), intervals: intervals.map(shape) }, null, 2));
        return;
      }
      printList(
        'table',
        [...intervals, total],
        {
          interval: (one) => `${one === total ? 'total ' : ''}${seconds(one.from)}-${seconds(one.to)} sec`,
          throughput,
        },
        'Nothing was measured.',
      );
    });
}
