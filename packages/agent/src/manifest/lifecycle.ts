import type { AgentLifecycle, Manifest, ManifestScript } from '@coder/api/agent';
import type { EventLog } from '../events/event-log.ts';
import type { ProcessRegistry } from '../processes/registry.ts';
import { runScript } from './run-script.ts';

type Outcome = 'ok' | 'timeout' | 'error';

export interface Lifecycle {
  readonly state: AgentLifecycle;
  /** Runs the startup scripts of a build; returns when those that block the login have ended. */
  start(manifest: Manifest): Promise<void>;
  /** Runs the shutdown scripts, then says whether that went well. */
  stop(manifest: Manifest | undefined): Promise<Outcome>;
  set(state: AgentLifecycle, error?: string): void;
}

/** Scripts of a stop may not take longer than this, whatever they say: a stop must come to its end. */
const MAX_STOP_SCRIPT_MS = 10 * 60_000;

export function createLifecycle(options: {
  registry: ProcessRegistry;
  events: EventLog;
  unique: () => string;
}): Lifecycle {
  const { registry, events } = options;
  let state: AgentLifecycle = 'created';
  events.add({ type: 'lifecycle', state });

  const set = (next: AgentLifecycle, error?: string) => {
    if (next === state) return;
    state = next;
    events.add({ type: 'lifecycle', state: next, ...(error === undefined ? {} : { error }) });
  };

  async function run(
    script: ManifestScript,
    when: 'start' | 'stop',
  ): Promise<{ outcome: Outcome; error?: string }> {
    const name = script.display_name || script.id;
    const say = (level: 'error' | 'info', output: string) =>
      events.add({ type: 'log', source_id: script.log_source_id, level, output });
    const limit = script.timeout_seconds === 0 ? undefined : script.timeout_seconds * 1000;
    try {
      const ended = await runScript(registry, {
        id: `${when}-${options.unique()}`,
        label: `${when} script: ${name}`,
        script: script.script,
        timeoutMs: when === 'stop' ? Math.min(limit ?? MAX_STOP_SCRIPT_MS, MAX_STOP_SCRIPT_MS) : limit,
        onLine: (level, output) =>
          events.add({ type: 'log', source_id: script.log_source_id, level, output }),
      });
      if (ended.exit_code === 0) return { outcome: 'ok' };
      if (ended.end_reason === 'timeout') {
        const error = `The script "${name}" took longer than ${script.timeout_seconds} s and was ended.`;
        say('error', error);
        return { outcome: 'timeout', error };
      }
      const error = `The script "${name}" failed: ${ended.signal ?? `exit code ${ended.exit_code}`}${ended.end_reason === 'oom' ? ' (out of memory)' : ''}.`;
      say('error', error);
      return { outcome: 'error', error };
    } catch (cause) {
      const error = `The script "${name}" could not be started: ${cause instanceof Error ? cause.message : 'unknown error'}`;
      say('error', error);
      return { outcome: 'error', error };
    }
  }

  function worst(results: { outcome: Outcome; error?: string }[]): { outcome: Outcome; error?: string } {
    return (
      results.find((r) => r.outcome === 'error') ??
      results.find((r) => r.outcome === 'timeout') ?? { outcome: 'ok' }
    );
  }

  return {
    get state() {
      return state;
    },
    set,
    async start(manifest) {
      set('starting');
      const scripts = manifest.scripts.filter((s) => s.run_on_start);
      const running = scripts.map((script) => ({ script, done: run(script, 'start') }));
      const blocking = await Promise.all(
        running.filter((r) => r.script.start_blocks_login).map((r) => r.done),
      );
      // A stop that came in the meantime has the last word.
      if (state !== 'starting') return;
      const { outcome, error } = worst(blocking);
      set(outcome === 'ok' ? 'ready' : outcome === 'timeout' ? 'start_timeout' : 'start_error', error);
    },
    async stop(manifest) {
      set('shutting_down');
      const scripts = manifest?.scripts.filter((s) => s.run_on_stop) ?? [];
      const { outcome, error } = worst(await Promise.all(scripts.map((script) => run(script, 'stop'))));
      if (outcome !== 'ok') set(outcome === 'timeout' ? 'shutdown_timeout' : 'shutdown_error', error);
      return outcome;
    },
  };
}
