/**
 * The agent contract: what the control plane may ask of the agent inside a workspace, and what comes back.
 * Both sides validate by these schemas; nothing here needs Node.
 */
export * from './errors.ts';
export * from './events.ts';
export * from './files.ts';
export * from './frames.ts';
export * from './join-writes.ts';
export * from './manifest.ts';
export * from './network.ts';
export * from './paths.ts';
export * from './processes.ts';
export * from './stats.ts';
export * from './stream-parts.ts';
