import { userInfo } from 'node:os';
import { join } from 'node:path';

/** Of the agent itself, never of what runs in the workspace: the token would let any command act as the agent. */
const PRIVATE = [
  'CODER_AGENT_TOKEN',
  'CODER_AGENT_STATE_DIR',
  'CODER_AGENT_TASKS',
  'NODE_COMPILE_CACHE',
  'NODE_CHANNEL_FD',
];

/** Every process of the workspace has it; who started the agent finds them by it even after the agent is gone. */
export const MARKER_VARIABLE = 'CODER_AGENT_MARKER';

/** So that no command waits for an answer from a person who is not there, or draws on a screen that is none. */
const NON_INTERACTIVE: Record<string, string> = {
  TERM: 'dumb',
  NO_COLOR: '1',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  MANPAGER: 'cat',
  SYSTEMD_PAGER: 'cat',
  GH_PAGER: 'cat',
  AWS_PAGER: '',
  GIT_TERMINAL_PROMPT: '0',
  GH_PROMPT_DISABLED: '1',
  PIP_NO_INPUT: '1',
  DEBIAN_FRONTEND: 'noninteractive',
  EDITOR: 'true',
  VISUAL: 'true',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
};

const INTERACTIVE: Record<string, string> = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };

export interface WorkspaceEnvironment {
  /** The manifest's variables, and those that say which workspace this is. */
  set(variables: Record<string, string>): void;
  /** Another number whenever it has been set. */
  readonly revision: number;
  /** For a new process. What the request gives wins over the manifest, and that over the defaults. */
  build(kind: 'interactive' | 'non_interactive', extra: Record<string, string>): Record<string, string>;
}

/** The account as the system knows it. A workspace without a sandbox may run under a number that has no entry. */
function accountEntry(): { username: string; homedir: string; shell: string | null } {
  try {
    return userInfo();
  } catch {
    return { username: 'coder', homedir: '/', shell: null };
  }
}

/** A template can put folders before or behind the others, or below the home directory, which it cannot know. */
function expandPath(path: string, inherited: Record<string, string>): string {
  return path.replaceAll(
    /\$(?:\{(HOME|PATH)\}|(HOME|PATH)\b)/g,
    (_, braced?: string, plain?: string) => inherited[braced ?? plain ?? ''] ?? '',
  );
}

/** `base` is the agent's own environment; `marker` is how the workspace's processes are told from others. */
export function createEnvironment(base: NodeJS.ProcessEnv, marker: string): WorkspaceEnvironment {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && !PRIVATE.includes(name)) inherited[name] = value;
  }
  const user = accountEntry();
  inherited.HOME ||= user.homedir;
  inherited.USER ??= user.username;
  inherited.LOGNAME ??= inherited.USER;
  inherited.SHELL ??= user.shell ?? '/bin/sh';
  // What a user installs for itself (pip, pipx, cargo and others put it there) is found first, as in a Debian or Fedora login.
  inherited.PATH = `${join(inherited.HOME, '.local/bin')}:${inherited.PATH || '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'}`;
  inherited.LANG ??= 'C.UTF-8';
  inherited.CODER = 'true';
  let manifest: Record<string, string> = {};
  let revision = 0;
  return {
    set(variables) {
      manifest = { ...variables };
      if (manifest.PATH !== undefined) manifest.PATH = expandPath(manifest.PATH, inherited);
      revision += 1;
    },
    get revision() {
      return revision;
    },
    build: (kind, extra) => ({
      ...inherited,
      ...(kind === 'interactive' ? INTERACTIVE : NON_INTERACTIVE),
      ...manifest,
      ...extra,
      [MARKER_VARIABLE]: marker,
    }),
  };
}
