import type { ColumnType } from 'kysely';
import type { Defaulted, Time } from './columns.ts';

interface AuditLogsTable {
  id: string;
  time: Time;
  request_id: string;
  user_id: Defaulted<string | null>;
  username: Defaulted<string>;
  email: Defaulted<string>;
  api_key_id: Defaulted<string>;
  ip: Defaulted<string>;
  user_agent: Defaulted<string>;
  resource_type: string;
  resource_id: Defaulted<string>;
  resource_target: Defaulted<string>;
  action: string;
  diff: ColumnType<unknown, string | undefined, string>;
  /** Null from the intent until the outcome is known. */
  status_code: Defaulted<number | null>;
  duration_ms: Defaulted<number | null>;
  description: Defaulted<string>;
  additional_fields: ColumnType<unknown, string | undefined, string>;
}

/** The tables of `audit`, by their names. */
export interface AuditTables {
  audit_logs: AuditLogsTable;
}
