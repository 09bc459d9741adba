import type { Defaulted, Json, Time } from './columns.ts';

interface UsersTable {
  id: string;
  username: string;
  email: string;
  name: Defaulted<string>;
  avatar_url: Defaulted<string>;
  /** argon2id in PHC string form; null for users who do not sign in with a password. */
  hashed_password: Defaulted<string | null>;
  status: string;
  login_type: string;
  rbac_roles: Defaulted<string[]>;
  deleted: Defaulted<boolean>;
  created_at: Time;
  updated_at: Time;
  last_seen_at: Time;
}

interface UserSettingsTable {
  user_id: string;
  key: string;
  value: Json;
  updated_at: Time;
}

interface ApiKeysTable {
  id: string;
  hashed_secret: Buffer;
  user_id: string;
  login_type: string;
  token_name: Defaulted<string>;
  lifetime_seconds: number;
  scopes: string[];
  allow_list: string[];
  ip_address: Defaulted<string>;
  last_used: Time;
  expires_at: Time;
  created_at: Time;
  updated_at: Time;
  oauth_grant_id: Defaulted<string | null>;
  /** Which resource a token of an application is for; empty for all other keys. */
  audience: Defaulted<string>;
}

/** The tables of `identity`, by their names. */
export interface IdentityTables {
  users: UsersTable;
  user_settings: UserSettingsTable;
  api_keys: ApiKeysTable;
}
