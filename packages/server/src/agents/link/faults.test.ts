import { expect, test } from 'vitest';
import { outputText, startTestAgent } from './testing.ts';

test('a killed control plane in the middle of a command: everything is there afterwards', async () => {
  const agent = await startTestAgent();
  const first = agent.connection;
  await first.processes.start({
    id: 'long',
    command: 'echo before; read go; echo after; exit 9',
    stdin: 'pipe',
  });
  const waiting = first.processes.output('long', { wait_ms: 60_000, wait_for: 'end' });
  await agent.link.kill();
  await expect(waiting).rejects.toMatchObject({ name: 'AgentUnreachable' });
  expect(await first.closed).toEqual(expect.any(String));
  await expect(first.info()).rejects.toMatchObject({ reason: 'closed' });

  const started = performance.now();
  await agent.link.start();
  const second = await agent.link.next();
  expect(performance.now() - started).toBeLessThan(3_000);
  expect((await second.processes.start({ id: 'long', command: 'echo again' })).started).toBe(false);
  await second.processes.stdin('long', 'go\n');
  const { process, output } = await second.processes.output('long', { wait_ms: 10_000, wait_for: 'end' });
  expect([outputText(output), process.exit_code]).toEqual(['before\nafter\n', 9]);
  expect((await second.events({})).hello).toMatchObject({ missed: 0 });
  await agent.stop();
});

test('an agent whose log nobody reads any more goes on', async () => {
  const agent = await startTestAgent();
  agent.child.stderr?.destroy();
  await agent.link.kill();
  await agent.link.start();
  const again = await agent.link.next();
  expect((await again.processes.start({ command: 'echo here', wait_ms: 10_000 })).process.exit_code).toBe(0);
  await agent.stop();
});
