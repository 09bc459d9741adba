import { stableId } from './stable-id.ts';

/** What of the template's agent specification is used here. It is our own writing, so it is trusted, not parsed again. */
export interface StoredSpec {
  directory: string;
  env: Readonly<Record<string, string>>;
  scripts: readonly {
    display_name: string;
    script: string;
    run_on_start: boolean;
    run_on_stop: boolean;
    start_blocks_login: boolean;
    timeout_seconds: number;
  }[];
  metadata: readonly {
    key: string;
    display_name: string;
    script: string;
    interval_seconds: number;
    timeout_seconds: number;
  }[];
  display_apps: readonly string[];
}

export interface AgentScript {
  id: string;
  logSourceId: string;
  displayName: string;
  script: string;
  runOnStart: boolean;
  runOnStop: boolean;
  startBlocksLogin: boolean;
  timeoutSeconds: number;
}

/** The `spec` column as what it holds. */
export function storedSpec(column: unknown): StoredSpec {
  return column as StoredSpec;
}

/** The scripts of an agent with the ids by which its logs and its manifest name them. */
export function agentScripts(agentId: string, spec: StoredSpec): AgentScript[] {
  return spec.scripts.map((script, index) => ({
    id: stableId(agentId, 'script', String(index)),
    logSourceId: stableId(agentId, 'log', String(index)),
    displayName: script.display_name,
    script: script.script,
    runOnStart: script.run_on_start,
    runOnStop: script.run_on_stop,
    startBlocksLogin: script.start_blocks_login,
    timeoutSeconds: script.timeout_seconds,
  }));
}
