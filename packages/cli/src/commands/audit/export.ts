import type { ApiClient, AuditLog } from '@coder/api';
import { Command, Option } from 'commander';
import { csvLine } from '../../output/csv.ts';
import { writeLines } from '../../output/write-lines.ts';
import { clientOf } from '../../session/context.ts';
import { auditPages } from './pages.ts';
import { addSearchFlags, type SearchFlags, searchOf } from './search.ts';

type Format = 'jsonl' | 'csv';
type Flags = SearchFlags & { format: Format; file?: string; force?: boolean };

/** The columns of the CSV; what differs from entry to entry is JSON in the last two. */
const columns: Record<string, (log: AuditLog) => string> = {
  id: (log) => log.id,
  time: (log) => log.time,
  user_id: (log) => log.user?.id ?? '',
  username: (log) => log.user?.username ?? '',
  email: (log) => log.user?.email ?? '',
  action: (log) => log.action,
  resource_type: (log) => log.resource_type,
  resource_id: (log) => log.resource_id,
  resource_target: (log) => log.resource_target,
  status_code: (log) => String(log.status_code),
  ip: (log) => log.ip,
  user_agent: (log) => log.user_agent,
  request_id: (log) => log.request_id,
  description: (log) => log.description,
  diff: (log) => JSON.stringify(log.diff),
  additional_fields: (log) => JSON.stringify(log.additional_fields),
};

async function* linesOf(client: ApiClient, flags: Flags): AsyncGenerator<string> {
  const { format, mine } = flags;
  if (format === 'csv') yield csvLine(Object.keys(columns));
  for await (const page of auditPages(client, { q: searchOf(flags), mine })) {
    for (const log of page) {
      yield format === 'csv'
        ? csvLine(Object.values(columns).map((column) => column(log)))
        : JSON.stringify(log);
    }
  }
}

/** `coder audit export`: all of it, for other programs to keep. */
export function exportSubcommand(): Command {
  return addSearchFlags(
    new Command('export').description('Write all entries, newest first, to standard output or a file'),
  )
    .addOption(
      new Option('--format <format>', 'a JSON object a line, or CSV')
        .choices(['jsonl', 'csv'])
        .default('jsonl'),
    )
    .option('-f, --file <file>', 'write to this file, which only you can read then')
    .option('--force', 'overwrite the file')
    .addHelpText('after', '\nIn CSV, a cell that a spreadsheet would compute begins with an apostrophe.')
    .action(async (flags: Flags, command: Command) => {
      await writeLines(linesOf(clientOf(command), flags), flags);
      if (flags.file !== undefined) console.error(`Written to ${flags.file}.`);
    });
}
