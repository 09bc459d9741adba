import type { LogLevel, Process } from '@coder/api/agent';
import type { ProcessRegistry } from '../processes/registry.ts';

export interface ScriptRun {
  id: string;
  label: string;
  script: string;
  timeoutMs: number | undefined;
  onLine: (level: LogLevel, line: string) => void;
}

const FOREVER_MS = 2_147_483_647;
const READ_BYTES = 256 * 1024;
/** A longer line is handed on in parts. */
const MAX_LINE = 16 * 1024;

/** Splits text that comes in parts into lines. */
function lineSplitter(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) onLine(line.replace(/\r$/, ''));
      while (rest.length > MAX_LINE) {
        onLine(rest.slice(0, MAX_LINE));
        rest = rest.slice(MAX_LINE);
      }
    },
    end() {
      if (rest) onLine(rest.replace(/\r$/, ''));
      rest = '';
    },
  };
}

/** Runs a script of the manifest to its end, handing on its lines as they come, errors marked. */
export async function runScript(registry: ProcessRegistry, run: ScriptRun): Promise<Process> {
  await registry.start({
    id: run.id,
    command: run.script,
    env: {},
    stdin: 'none',
    merge_stderr: false,
    timeout_ms: run.timeoutMs,
    on_timeout: 'kill',
    kill_grace_ms: 2_000,
    wait_ms: 0,
    max_output_bytes: 16,
    keep: 'head',
    encoding: 'text',
    label: run.label,
  });
  const process = registry.get(run.id);
  const splitters = {
    stdout: lineSplitter((line) => run.onLine('info', line)),
    stderr: lineSplitter((line) => run.onLine('error', line)),
  };
  let cursor = 0;
  for (;;) {
    const ended = !process.running;
    const slice = process.output.read(cursor, READ_BYTES, 'head');
    for (const chunk of slice.chunks) splitters[chunk.stream].push(chunk.data.toString('utf8'));
    cursor = slice.next;
    if (cursor < process.output.size) continue;
    if (ended) break;
    await process.waitOutput(cursor, FOREVER_MS);
  }
  splitters.stdout.end();
  splitters.stderr.end();
  return process.describe();
}
