import type { ColumnType, Generated } from 'kysely';
import type { Defaulted, Time } from './columns.ts';

interface ReplicasTable {
  id: string;
  hostname: string;
  /** Where other replicas reach this one; empty when there is only one. */
  address: string;
  version: string;
  started_at: Time;
  heartbeat_at: Time;
  stopped_at: Defaulted<Time | null>;
}

interface ProvisionerJobsTable {
  id: string;
  type: string;
  status: string;
  organization_id: string;
  initiator_id: string;
  file_id: string;
  input: ColumnType<unknown, string | undefined, string>;
  error: Defaulted<string | null>;
  error_code: Defaulted<string | null>;
  /** The replica that runs it; what a dead replica left is taken over by another. */
  worker_id: Defaulted<string | null>;
  logs_overflowed: Defaulted<boolean>;
  logs_length: Defaulted<number>;
  steps: ColumnType<unknown, string | undefined, string>;
  created_at: Time;
  updated_at: Time;
  started_at: Defaulted<Time | null>;
  canceled_at: Defaulted<Time | null>;
  completed_at: Defaulted<Time | null>;
}

interface ProvisionerJobLogsTable {
  id: Generated<number>;
  job_id: string;
  source: string;
  level: string;
  stage: string;
  output: string;
  created_at: Time;
}

/** The tables of `jobs`, by their names. */
export interface JobsTables {
  replicas: ReplicasTable;
  provisioner_jobs: ProvisionerJobsTable;
  provisioner_job_logs: ProvisionerJobLogsTable;
}
