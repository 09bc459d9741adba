import { expect, test, vi } from 'vitest';
import { startTestAgent } from './testing.ts';

test('an agent that has run out of descriptors works again when the commands have ended that took them', async () => {
  const agent = await startTestAgent({ wrap: (command) => ['prlimit', '--nofile=160:160', ...command] });
  try {
    const { processes } = agent.connection;
    const one = async (i: number) => {
      const command = `sleep 0.${1 + (i % 3)}; echo error > /dev/stderr; echo output`;
      const { output } = await processes.start({ command, wait_ms: 20_000 });
      return output.chunks.map(({ stream, data }) => `${stream} ${data}`).sort();
    };
    const whole = ['stderr error\n', 'stdout output\n'];
    for (let round = 0; round < 8; round++) {
      const results = await Promise.allSettled(Array.from({ length: 130 }, (_, i) => one(i)));
      for (const result of results) {
        // It has all that it wrote, or it was refused.
        if (result.status === 'fulfilled') expect(result.value).toEqual(whole);
        else expect(result.reason).toMatchObject({ code: 'too_many' });
      }
      expect(new Set(results.map(({ status }) => status)).size).toBe(2);
    }
    await vi.waitFor(async () => expect(await one(0)).toEqual(whole), 10_000);
  } finally {
    await agent.stop();
  }
});
