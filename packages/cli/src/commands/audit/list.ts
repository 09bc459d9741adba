import type { AuditLog } from '@coder/api';
import { Command } from 'commander';
import { countArgument } from '../../count.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { auditPages } from './pages.ts';
import { addSearchFlags, type SearchFlags, searchOf } from './search.ts';

type Flags = SearchFlags & { limit: number; output: OutputFormat };

/** How it ended; of what has no status yet nobody knows. */
const outcomeOf = ({ status_code: status }: AuditLog) => (status === 0 ? 'open' : String(status));

/** A fact of the entry that is not in every one, such as the tool that was called. */
function fact({ additional_fields: fields }: AuditLog, name: string): string {
  const value = fields[name];
  return value === undefined ? '' : String(value);
}

/** By what it was done: the application or the token; empty where the user did it in person. */
const by = (log: AuditLog): string => fact(log, 'application') || fact(log, 'token');

/** `coder audit list`: what has been done, and what was tried. */
export function listSubcommand(): Command {
  return addSearchFlags(
    new Command('list').alias('ls').description('List what has been done and what was tried, newest first'),
  )
    .option('-n, --limit <number>', 'how many entries at most', countArgument, 50)
    .addOption(outputOption())
    .action(async (flags: Flags, command: Command) => {
      const found: AuditLog[] = [];
      const pages = auditPages(clientOf(command), {
        q: searchOf(flags),
        limit: flags.limit,
        mine: flags.mine,
      });
      for await (const page of pages) found.push(...page);
      printList(
        flags.output,
        found,
        {
          time: (log) => log.time,
          user: (log) => log.user?.username ?? '',
          by,
          action: (log) => log.action,
          resource: (log) => log.resource_type,
          target: (log) => log.resource_target,
          tool: (log) => fact(log, 'tool'),
          result: outcomeOf,
          ms: (log) => fact(log, 'duration_ms'),
          address: (log) => log.ip,
          request: (log) => log.request_id,
        },
        'No entry of the audit log matches.',
      );
    });
}
