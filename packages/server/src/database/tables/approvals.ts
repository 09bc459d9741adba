import type { Defaulted, Json, Time } from './columns.ts';

interface ApprovalPoliciesTable {
  user_id: string;
  classes: string[];
  updated_at: Time;
}

interface ApprovalsTable {
  id: string;
  user_id: string;
  holder: string;
  digest: Buffer;
  class: string;
  route: string;
  via: string;
  tool: string | null;
  application: Json | null;
  token_name: string | null;
  target_type: string;
  target_id: string;
  target_name: string;
  facts: Json;
  arguments: string;
  arguments_sha256: string;
  ip: string;
  user_agent: string;
  created_at: Time;
  expires_at: Time;
  decision: Defaulted<string | null>;
  decided_at: Defaulted<Time | null>;
  decided_by: Defaulted<string | null>;
  reason: Defaulted<string>;
  used_at: Defaulted<Time | null>;
}

/** The tables of `approvals`, by their names. */
export interface ApprovalsTables {
  approval_policies: ApprovalPoliciesTable;
  approvals: ApprovalsTable;
}
