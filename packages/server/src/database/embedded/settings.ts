/**
 * PostgreSQL's settings, given on its command line so that a newer server brings newer ones. They keep an idle database
 * near 60 MB: one machine, one server, no replication, no parallel workers waiting.
 */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '32MB',
  work_mem: '4MB',
  wal_buffers: '1MB',
  min_wal_size: '32MB',
  max_wal_size: '512MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  autovacuum_worker_slots: '4',
  autovacuum_max_workers: '2',
  io_method: 'sync',
  jit: 'off',
  huge_pages: 'off',
  password_encryption: 'scram-sha-256',
  log_timezone: 'UTC',
  timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
};

/** The settings as arguments of `postgres`. */
export function settingArguments(overrides: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries({ ...settings, ...overrides }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
