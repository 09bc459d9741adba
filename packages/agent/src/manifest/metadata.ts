import type { ManifestMetadata } from '@coder/api/agent';
import type { EventLog } from '../events/event-log.ts';
import type { ProcessRegistry } from '../processes/registry.ts';
import { repeat } from './repeat.ts';

/** What is shown is short; a script that says more is cut. */
const MAX_VALUE_BYTES = 2_048;

/** Runs each metadata script at once and then at its interval, never two of one at a time, until the signal aborts. */
export function watchMetadata(options: {
  entries: ManifestMetadata[];
  registry: ProcessRegistry;
  events: EventLog;
  unique: () => string;
  signal: AbortSignal;
}): void {
  const { registry, events, signal } = options;

  async function collect(entry: ManifestMetadata): Promise<{ value: string; error: string }> {
    const timeoutMs = entry.timeout_seconds * 1000;
    const { process, output } = await registry.start(
      {
        id: `metadata-${options.unique()}`,
        command: entry.script,
        env: {},
        stdin: 'none',
        merge_stderr: false,
        timeout_ms: timeoutMs,
        on_timeout: 'kill',
        kill_grace_ms: 500,
        wait_ms: timeoutMs + 2_000,
        max_output_bytes: MAX_VALUE_BYTES,
        keep: 'head',
        encoding: 'text',
        label: `metadata: ${entry.display_name || entry.key}`,
      },
      signal,
      { passing: true },
    );
    const text = (stream: string) =>
      output.chunks
        .filter((c) => c.stream === stream)
        .map((c) => c.data)
        .join('')
        .trim();
    if (process.exit_code === 0) return { value: text('stdout'), error: '' };
    const why =
      process.end_reason === 'timeout'
        ? `took longer than ${entry.timeout_seconds} s`
        : `ended with ${process.signal ?? `exit code ${process.exit_code}`}`;
    return { value: text('stdout'), error: [`The script ${why}.`, text('stderr')].filter(Boolean).join(' ') };
  }

  for (const entry of options.entries) {
    void repeat(entry.interval_seconds * 1000, signal, async () => {
      const result = await collect(entry).catch((error: unknown) => ({
        value: '',
        error: error instanceof Error ? error.message : 'unknown error',
      }));
      if (!signal.aborted) events.add({ type: 'metadata', key: entry.key, ...result });
    });
  }
}
