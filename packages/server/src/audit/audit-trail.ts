import { CompiledQuery } from 'kysely';
import { Counter, type Registry } from 'prom-client';
import { type Db, sqlState, storableJson } from '../database/index.ts';
import type { AuditEntry, AuditOutcome, AuditTrail } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import { createBatcher } from './batcher.ts';

export type AuditTrailOptions = {
  db: Db;
  log: Logger;
  /** Where the number of rows that could not be written is counted. */
  registry?: Registry | undefined;
  /** How long rows that need not come first are gathered, in milliseconds. */
  delayMs?: number;
};

export type ClosableAuditTrail = AuditTrail & {
  /** Resolves when every row so far is written or counted as lost. */
  flush(): Promise<void>;
  readonly lost: number;
};

type Row = { entry: AuditEntry; outcome: AuditOutcome | undefined };
type SettledRow = { entry: AuditEntry; outcome: AuditOutcome };

/** Writes audit rows to the database: intents before the effect, everything else in batches behind the answers. */
export function createAuditTrail(options: AuditTrailOptions): ClosableAuditTrail {
  const { db, log, registry, delayMs = 100 } = options;
  let lost = 0;
  const counter = registry
    ? new Counter({
        name: 'coderd_audit_rows_lost_total',
        help: 'Audit rows that could not be written behind their answer.',
        registers: [registry],
      })
    : undefined;

  const intents = createBatcher<Row>({
    delayMs: 0,
    write: (rows) => insert(db, rows),
    separable: isBadValue,
  });
  const reads = createBatcher<Row>({ delayMs, write: (rows) => insert(db, rows), separable: isBadValue });
  const outcomes = createBatcher<SettledRow>({
    delayMs,
    write: (rows) => update(db, rows),
    separable: isBadValue,
  });

  const behind = (written: Promise<void>) => {
    written.catch((err) => {
      lost += 1;
      counter?.inc();
      log.error({ err }, 'an audit row could not be written');
    });
  };

  return {
    intend: (entry) => intents.add({ entry, outcome: undefined }),
    settle: (entry, outcome) => behind(outcomes.add({ entry, outcome })),
    record: (entry, outcome) => behind(reads.add({ entry, outcome })),
    async flush() {
      await Promise.all([intents.flush(), reads.flush(), outcomes.flush()]);
    },
    get lost() {
      return lost;
    },
  };
}

/** A value that the database refuses (class 22) is the fault of one row; the others of its batch are none the worse. */
const isBadValue = (error: unknown): boolean => sqlState(error)?.startsWith('22') ?? false;

// One parameter for any number of rows: a statement is the same each time, so it is built and planned once.
const INSERT = `
  insert into audit_logs (id, time, request_id, user_id, username, email, api_key_id, ip, user_agent, resource_type,
    action, description, resource_id, resource_target, status_code, duration_ms, diff, additional_fields)
  select * from json_to_recordset($1::json) as r (id uuid, time timestamptz, request_id text,
    user_id uuid, username text, email text, api_key_id text, ip text, user_agent text, resource_type text,
    action text, description text, resource_id text, resource_target text, status_code integer, duration_ms integer,
    diff jsonb, additional_fields jsonb)`;
const UPDATE = `
  update audit_logs set resource_id = s.resource_id, resource_target = s.resource_target, status_code = s.status_code,
    duration_ms = s.duration_ms, diff = s.diff, additional_fields = s.additional_fields,
    user_id = coalesce(s.user_id, audit_logs.user_id),
    username = case when s.user_id is null then audit_logs.username else s.username end,
    email = case when s.user_id is null then audit_logs.email else s.email end
  from json_to_recordset($1::json) as s (id uuid, resource_id text, resource_target text,
    status_code integer, duration_ms integer, diff jsonb, additional_fields jsonb, user_id uuid, username text, email text)
  where audit_logs.id = s.id`;

/** What clients have sent is in these rows as it came, so they are made storable here, at the one place that stores them. */
async function insert(db: Db, rows: readonly Row[]): Promise<void> {
  const written = rows.map(({ entry, outcome }) => ({
    id: entry.id,
    time: entry.time,
    request_id: entry.requestId,
    user_id: outcome?.user?.id ?? entry.userId ?? null,
    username: outcome?.user?.username ?? entry.username,
    email: outcome?.user?.email ?? entry.email,
    api_key_id: entry.apiKeyId,
    ip: entry.ip,
    user_agent: entry.userAgent,
    resource_type: entry.resourceType,
    action: entry.action,
    description: entry.description,
    resource_id: outcome?.resourceId ?? '',
    resource_target: outcome?.resourceTarget ?? entry.resourceTarget ?? '',
    status_code: outcome?.statusCode ?? null,
    duration_ms: outcome?.durationMs ?? null,
    diff: outcome?.diff ?? {},
    additional_fields: { ...entry.additionalFields, ...outcome?.additionalFields },
  }));
  await db.executeQuery(CompiledQuery.raw(INSERT, [storableJson(written)]));
}

async function update(db: Db, rows: readonly SettledRow[]): Promise<void> {
  // Of several outcomes of one row, the last holds: the statement would take any of them.
  const last = new Map(rows.map((row) => [row.entry.id, row]));
  const settled = [...last.values()].map(({ entry, outcome }) => ({
    id: entry.id,
    resource_id: outcome.resourceId,
    resource_target: outcome.resourceTarget,
    status_code: outcome.statusCode,
    duration_ms: outcome.durationMs,
    diff: outcome.diff,
    additional_fields: { ...entry.additionalFields, ...outcome.additionalFields },
    user_id: outcome.user?.id ?? null,
    username: outcome.user?.username ?? '',
    email: outcome.user?.email ?? '',
  }));
  await db.executeQuery(CompiledQuery.raw(UPDATE, [storableJson(settled)]));
}
