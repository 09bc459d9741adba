interface SiteSettingsTable {
  key: string;
  value: string;
}

/** The tables of `database`, by their names. */
export interface SettingsTables {
  site_settings: SiteSettingsTable;
}
