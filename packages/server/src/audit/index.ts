export { type AuditLogReader, createAuditLogReader } from './audit-log.ts';
export { type ClosableAuditTrail, createAuditTrail } from './audit-trail.ts';
