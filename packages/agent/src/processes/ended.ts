import { leftRunning, type ProcessGroup, signalGroup } from './group.ts';
import type { ManagedProcess } from './process.ts';

/**
 * What is kept of a process that has ended: all that can still be asked of it, and nothing of what its running took. A workspace
 * remembers many of them, and what an agent holds is what each of its forks costs. `group` is who was left behind by it.
 */
export function endedProcess(last: ManagedProcess, group: ProcessGroup): ManagedProcess {
  const { id, output, endedAt } = last;
  const { left_running, ...described } = last.describe();
  let left = left_running === true;
  // Who has gone does not come back, so it is looked for until then.
  const stillLeft = () => {
    const answer = leftRunning(left, group);
    left = answer.left_running === true;
    return answer;
  };
  return {
    id,
    output,
    running: false,
    endedAt,
    describe: () => ({
      ...described,
      ...stillLeft(),
      killed_descendants: group.reached,
      // What was left behind may still write.
      output_bytes: output.size,
      output_lost_bytes: output.lostBytes(),
    }),
    waitEnd: () => Promise.resolve(),
    waitOutput: () => Promise.resolve(),
    signal: (request) => signalGroup(group, request, () => group.end(0)),
    cancel: (graceMs) => group.end(graceMs),
    resize() {},
    stdin: () => null,
    closeStdin() {},
  };
}
