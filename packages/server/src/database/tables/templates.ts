import type { ColumnType } from 'kysely';
import type { Defaulted, Time } from './columns.ts';

interface FilesTable {
  id: string;
  hash: string;
  mimetype: string;
  data: Buffer;
  created_by: string;
  created_at: Time;
}

interface TemplatesTable {
  id: string;
  organization_id: string;
  name: string;
  display_name: Defaulted<string>;
  description: Defaulted<string>;
  icon: Defaulted<string>;
  active_version_id: string;
  created_by: string;
  deleted: Defaulted<boolean>;
  deprecation_message: Defaulted<string>;
  default_ttl_ms: Defaulted<number>;
  activity_bump_ms: Defaulted<number>;
  failure_ttl_ms: Defaulted<number>;
  time_til_dormant_ms: Defaulted<number>;
  time_til_dormant_autodelete_ms: Defaulted<number>;
  allow_user_autostart: Defaulted<boolean>;
  allow_user_autostop: Defaulted<boolean>;
  allow_user_cancel_workspace_jobs: Defaulted<boolean>;
  require_active_version: Defaulted<boolean>;
  max_port_share_level: Defaulted<string>;
  created_at: Time;
  updated_at: Time;
}

interface TemplateVersionsTable {
  id: string;
  template_id: Defaulted<string | null>;
  organization_id: string;
  name: string;
  message: Defaulted<string>;
  readme: Defaulted<string>;
  /** The checked manifest; null until the import has succeeded. */
  manifest: ColumnType<unknown, string | null | undefined, string | null>;
  file_id: string;
  job_id: string;
  created_by: string;
  archived: Defaulted<boolean>;
  created_at: Time;
  updated_at: Time;
}

interface TemplateVersionPresetsTable {
  id: string;
  template_version_id: string;
  name: string;
  description: Defaulted<string>;
  icon: Defaulted<string>;
  is_default: Defaulted<boolean>;
  parameters: ColumnType<unknown, string | undefined, string>;
  position: Defaulted<number>;
}

/** The tables of `templates`, by their names. */
export interface TemplatesTables {
  files: FilesTable;
  templates: TemplatesTable;
  template_versions: TemplateVersionsTable;
  template_version_presets: TemplateVersionPresetsTable;
}
