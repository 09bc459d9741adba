import { auditActions, auditResources, buildReasons } from '@coder/api';
import type { Command } from 'commander';

/** Each filter's flag, the key of the search it stands for, and what it takes. */
const filters = [
  ['--username <name>', 'username', 'only of this user, or "me"'],
  ['--email <email>', 'email', 'only of the user with this email'],
  ['--action <action>', 'action', `only this action: ${auditActions.join(', ')}`],
  ['--resource-type <type>', 'resource_type', `only this type: ${auditResources.join(', ')}`],
  ['--resource-id <id>', 'resource_id', 'only the thing with this id'],
  ['--resource-target <name>', 'resource_target', 'only the thing with this name'],
  ['--application <name>', 'application', 'only by this application: its name or its client id'],
  ['--token-name <name>', 'token', 'only by the API token of this name'],
  ['--tool <name>', 'tool', 'only calls of this MCP tool'],
  ['--workspace <name>', 'workspace', 'only about this workspace: name, or owner/name'],
  ['--request-id <id>', 'request_id', 'only one request: a tool call and all it did'],
  [
    '--build-reason <reason>',
    'build_reason',
    `only builds begun for this reason: ${buildReasons.join(', ')}`,
  ],
  ['--date-from <date>', 'date_from', 'only from this day (YYYY-MM-DD) or time on'],
  ['--date-to <date>', 'date_to', 'only up to the end of this day, or up to this time'],
] as const;

export type SearchFlags = Record<string, unknown> & { q?: string; mine?: boolean };

/** Adds upstream's filters of the audit log, each as a flag, and `--q` for them in one. */
export function addSearchFlags(command: Command): Command {
  for (const [flag, , description] of filters) command.option(flag, description);
  command.option('--mine', 'only what your sessions, tokens and applications have done; needs no role');
  return command.option(
    '-q, --q <query>',
    "the filters as one text, for example 'action:delete username:ada date_from:2026-01-31'",
  );
}

/** The search that the flags amount to; undefined when everything is asked for. */
export function searchOf(flags: SearchFlags): string | undefined {
  const terms = filters.flatMap(([flag, key]) => {
    const value = flags[attributeOf(flag)];
    // Quoted, and without quotes of its own, so that a value cannot bring keys along.
    return typeof value === 'string' ? [`${key}:"${value.replaceAll('"', '')}"`] : [];
  });
  const q = [flags.q?.trim() ?? '', ...terms].filter((term) => term !== '').join(' ');
  return q === '' ? undefined : q;
}

/** The name under which commander keeps `--resource-type <type>`. */
function attributeOf(flag: string): string {
  const [name = ''] = flag.slice(2).split(' ');
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
