import { workspaceStatuses } from '@coder/api';
import { expect, test } from 'vitest';
import { isBusy, statusOf, transitionsOf } from './status.ts';

const workspace = (status: string, healthy = true) =>
  ({ latest_build: { status }, health: { healthy, failing_agents: [] } }) as unknown as Parameters<
    typeof statusOf
  >[0];

test('a running workspace whose agent is gone is not called running', () => {
  expect(statusOf(workspace('running'))).toEqual({ text: 'Running', tone: 'good' });
  expect(statusOf(workspace('running', false))).toEqual({ text: 'Unhealthy', tone: 'warn' });
  expect(statusOf(workspace('stopped', false))).toEqual({ text: 'Stopped', tone: 'idle' });
});

test('nothing is offered while a build runs, and delete at every other time', () => {
  for (const status of workspaceStatuses) {
    const offered = transitionsOf(status);
    if (isBusy(status) || status === 'deleted') expect(offered).toEqual([]);
    else expect(offered).toContain('delete');
  }
  expect(transitionsOf('running')).not.toContain('start');
  expect(transitionsOf('stopped')).not.toContain('stop');
  expect(transitionsOf('failed')).toEqual(['start', 'stop', 'delete']);
});
