import { type ProcessGroup, signalGroup } from './group.ts';
import type { ManagedProcess } from './process.ts';

/**
 * What is kept of a process that has ended: all that can still be asked of it, and nothing of what its running took. A workspace
 * remembers many of them, and what an agent holds is what each of its forks costs. `left` is who was left behind by it.
 */
export function endedProcess(last: ManagedProcess, left: ProcessGroup): ManagedProcess {
  const { id, output, endedAt } = last;
  const described = last.describe();
  let killed = described.killed_descendants;

  const end = async (graceMs: number) => {
    const count = await left.end(graceMs);
    killed += count;
  };
  return {
    id,
    output,
    running: false,
    endedAt,
    describe: () => ({
      ...described,
      killed_descendants: killed,
      // What was left behind may still write.
      output_bytes: output.size,
      output_lost_bytes: output.lostBytes(),
    }),
    waitEnd: () => Promise.resolve(),
    waitOutput: () => Promise.resolve(),
    async signal(request) {
      const reached = await signalGroup(left, request, () => end(0));
      killed += reached;
    },
    cancel: end,
    resize() {},
    stdin: () => null,
    closeStdin() {},
  };
}
