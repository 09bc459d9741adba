export { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
export { embeddedPaths } from './paths.ts';
export { findPostmaster, stopPostmaster } from './postmaster.ts';
export { isAlive, type ProcessIdentity, processIdentity } from './process-info.ts';
export { type SupervisedPostgres, superviseEmbeddedPostgres } from './supervise.ts';
