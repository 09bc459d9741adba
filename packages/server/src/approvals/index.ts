export { createApprovals } from './approvals.ts';
export type { LookUp } from './targets.ts';
