import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { testActor, testClock } from '../testing/index.ts';
import type { AuditEntry, AuditOutcome, AuditTrail } from './audit-draft.ts';
import type { RequestContext } from './procedure.ts';
import { createToolCalls } from './tool-calls.ts';

function world() {
  const written: string[] = [];
  const settled: { id: string; outcome: AuditOutcome }[] = [];
  const entries: AuditEntry[] = [];
  const audit: AuditTrail = {
    async intend(entry) {
      written.push(entry.id);
      entries.push(entry);
    },
    settle: (entry, outcome) => void settled.push({ id: entry.id, outcome }),
    record: () => expect.unreachable(),
  };
  const calls = createToolCalls({ audit, clock: testClock(), onlyReads: (tool) => tool === 'looks' });
  return { audit, calls, written, settled, entries };
}
const actor = testActor({});
const digest = 'a'.repeat(64);
const request = (via: string): RequestContext =>
  ({
    actor,
    request: { id: 'r', ip: '127.0.0.1', userAgent: 'coder-mcp', headers: new Headers({ 'coder-via': via }) },
  }) as unknown as RequestContext;
const outcome = (statusCode: number, resourceTarget = ''): AuditOutcome => ({
  statusCode,
  durationMs: 1,
  resourceId: 'x',
  resourceTarget,
  diff: {},
  additionalFields: {},
});

it('has one row for all requests of a call, which tells how the last one ended', async () => {
  const { audit, calls, written, settled, entries } = world();
  const via = `mcp; tool=coder_workspace_bash; call=${randomUUID()}; arguments=${digest}`;
  const first = calls.partOf(request(via));
  first?.ended(outcome(200, 'ada/web'));
  const second = calls.partOf(request(via));
  await second?.intent.write(audit);
  second?.ended(outcome(502));
  expect(written).toHaveLength(1);
  expect(entries[0]).toMatchObject({
    action: 'execute',
    resourceType: 'mcp_tool',
    description: 'tools/call coder_workspace_bash',
    additionalFields: { tool: 'coder_workspace_bash', via: 'mcp stdio', arguments_sha256: digest },
  });
  expect(settled.at(-1)).toMatchObject({
    id: written[0],
    outcome: { statusCode: 502, resourceTarget: 'ada/web', additionalFields: { result: 'error' } },
  });
});

it('has a row also for a call that only reads', async () => {
  const { calls, settled, entries } = world();
  calls.partOf(request(`mcp; tool=looks; call=${randomUUID()}; arguments=${digest}`))?.ended(outcome(200));
  await expect.poll(() => settled).toHaveLength(1);
  expect(entries).toMatchObject([{ action: 'read' }]);
});

it('saves nobody a row who says the same of another call', () => {
  const { calls } = world();
  const id = randomUUID();
  const rows = [
    `mcp; tool=looks; call=${id}; arguments=${digest}`,
    `mcp; tool=other; call=${id}; arguments=${digest}`,
    `mcp; tool=looks; call=${id}; arguments=${'b'.repeat(64)}`,
    `mcp; tool=looks; call=${randomUUID()}; arguments=${digest}`,
  ].map((via) => calls.partOf(request(via))?.intent.entry.id);
  expect(new Set(rows).size).toBe(4);
});

it.each(['', 'mcp', 'mcp; tool=looks', 'dashboard'])('takes %j for no part of a call', (via) => {
  expect(world().calls.partOf(request(via))).toBeUndefined();
});
