export { type Changes, createChanges, nextChange, waitUntil } from './changes.ts';
export { createJobLog, type JobLog } from './job-log.ts';
export { type JobRow, jobColumns, jobWorker, presentJob } from './present-job.ts';
export { createQueue, type Queue } from './queue.ts';
export { followLogs, type JobLogInput, waitForLogs } from './read-logs.ts';
export { createReplica, type Replica } from './replicas.ts';
export { beginJob, cancelOpenJob, finishJob, forgetJobs, insertJob } from './write-jobs.ts';
