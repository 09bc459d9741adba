export { type DataLock, lockDataDirectory } from './data-lock.ts';
export { createDatabase, type Database, type DatabaseOptions, type Db } from './database.ts';
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  embeddedPaths,
  findPostmaster,
  isAlive,
  type ProcessIdentity,
  processIdentity,
  type SupervisedPostgres,
  startEmbeddedPostgres,
  stopPostmaster,
  superviseEmbeddedPostgres,
} from './embedded/index.ts';
export { type Migration, migrate } from './migrate.ts';
export { migrations } from './migrations/index.ts';
export { type ChannelHandler, createNotifications, type Notifications, notify } from './notifications.ts';
export { createSignedTexts, type SignedTexts } from './signed-text.ts';
export { deploymentId, ensureSetting, signingKey } from './site-settings.ts';
export { storableJson, storableText } from './storable.ts';
export type { Tables } from './tables.ts';
export { inTransaction, isUniqueViolation, sqlState } from './transaction.ts';
export { waitForDatabase } from './wait.ts';
