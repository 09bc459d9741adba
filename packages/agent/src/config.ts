import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface AgentConfig {
  url: string;
  token: string;
  /** For spilled output and pipes; nothing in it has to survive. CODER_AGENT_STATE_DIR belongs to one agent alone. */
  stateDir: string;
  marker: string;
}

/** Reads the agent's settings from its environment. Throws one Error that names all that is missing. */
export function readConfig(env: NodeJS.ProcessEnv, unique: string): AgentConfig {
  const missing = ['CODER_AGENT_URL', 'CODER_AGENT_TOKEN'].filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(' and ')} must be set. The server sets them when it starts a workspace; this program is not started by hand.`,
    );
  }
  return {
    url: env.CODER_AGENT_URL as string,
    token: env.CODER_AGENT_TOKEN as string,
    stateDir: stateFolder(env.CODER_AGENT_STATE_DIR),
    marker: env.CODER_AGENT_MARKER || unique,
  };
}

/** A folder of our own where it was asked for, without what a killed agent left there; otherwise under the temporary folder. */
function stateFolder(wanted: string | undefined): string {
  if (wanted) {
    try {
      mkdirSync(wanted, { recursive: true, mode: 0o700 });
      for (const name of readdirSync(wanted)) {
        if (name.startsWith('run-')) rmSync(join(wanted, name), { recursive: true, force: true });
      }
      return mkdtempSync(join(wanted, 'run-'));
    } catch {
      // A read-only folder is no reason not to start.
    }
  }
  return mkdtempSync(join(tmpdir(), 'coder-agent-'));
}
