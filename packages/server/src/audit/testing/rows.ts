import { randomUUID } from 'node:crypto';
import type { AuditEntry, AuditOutcome } from '../../http/index.ts';

/** For tests: a row as it is first written. */
export const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: randomUUID(),
  time: new Date('2026-01-02T10:00:00Z'),
  requestId: 'r1',
  userId: undefined,
  username: 'ada',
  email: 'ada@example.com',
  apiKeyId: 'key',
  ip: '10.0.0.1',
  userAgent: 'test',
  action: 'create',
  resourceType: 'workspace',
  description: 'POST /users/{user}/workspaces',
  ...more,
});

/** For tests: what is known of a row in the end. */
export const outcome = (more: Partial<AuditOutcome> = {}): AuditOutcome => ({
  statusCode: 201,
  durationMs: 12,
  resourceId: '',
  resourceTarget: 'web',
  diff: {},
  additionalFields: {},
  ...more,
});
