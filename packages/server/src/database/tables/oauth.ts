import type { ColumnType } from 'kysely';
import type { Defaulted, Json, Time } from './columns.ts';

interface OAuthAppsTable {
  id: string;
  name: string;
  icon: Defaulted<string>;
  kind: string;
  /** The scopes it may ask for; empty for any. */
  scope: Defaulted<string>;
  metadata: Json;
  created_at: Time;
  updated_at: Time;
}

interface OAuthAppSecretsTable {
  id: string;
  app_id: string;
  hashed_secret: Buffer;
  truncated: string;
  created_at: Time;
  last_used_at: Defaulted<Time | null>;
}

interface OAuthGrantsTable {
  id: string;
  user_id: string;
  client_id: string;
  app_id: Defaulted<string | null>;
  secret_id: Defaulted<string | null>;
  /** The application as it was shown when the user decided. */
  application: ColumnType<unknown, string | undefined, string>;
  payload: Json;
  scopes: Defaulted<string[]>;
  allow_list: Defaulted<string[]>;
  resource: Defaulted<string>;
  ip: Defaulted<string>;
  created_at: Time;
  expires_at: Time;
}

interface OAuthArtifactsTable {
  kind: string;
  id_hash: Buffer;
  grant_id: Defaulted<string | null>;
  lookup_hash: Defaulted<Buffer | null>;
  payload: Json;
  consumed_at: Defaulted<Time | null>;
  expires_at: Time;
}

interface OAuthClientDocumentsTable {
  url: string;
  body: string;
  fetched_at: Time;
}

/** The tables of `oauth`, by their names. */
export interface OAuthTables {
  oauth_apps: OAuthAppsTable;
  oauth_app_secrets: OAuthAppSecretsTable;
  oauth_grants: OAuthGrantsTable;
  oauth_artifacts: OAuthArtifactsTable;
  oauth_client_documents: OAuthClientDocumentsTable;
}
