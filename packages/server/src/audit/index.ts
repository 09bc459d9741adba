export { type AuditLogReader, createAuditLogReader } from './audit-log.ts';
export { type AuditTrailOptions, type ClosableAuditTrail, createAuditTrail } from './audit-trail.ts';
