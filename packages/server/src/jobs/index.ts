export { type Changes, createChanges, waitUntil } from './changes.ts';
export {
  createJobLog,
  type JobLog,
  type JobLogLevel,
  type JobLogSource,
  maxJobLogLength,
} from './job-log.ts';
export {
  createQueue,
  type EnqueueOptions,
  type Queue,
  type QueueOptions,
  type TaskHandler,
} from './queue.ts';
export { followLogs, type JobLogInput, readLogs, waitForLogs } from './read-logs.ts';
export { createReplica, type Replica, type ReplicaOptions } from './replicas.ts';
