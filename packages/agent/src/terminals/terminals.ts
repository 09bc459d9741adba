import type { TerminalInfo, TerminalSize } from '@coder/api/agent';
import { AgentFault } from '../fault.ts';
import type { WorkspaceEnvironment } from '../processes/environment.ts';
import { type ProcessGroup, processGroup } from '../processes/group.ts';
import type { Offspring } from '../processes/offspring.ts';
import { shell } from '../processes/shell.ts';
import { loadPty } from './pty.ts';
import { createScrollback } from './scrollback.ts';

/** One who looks at a terminal and types into it. */
export interface Viewer {
  /** Takes what the terminal shows. Returns false when it takes no more for now: it then gets the screen again once it is ready. */
  show(bytes: Buffer): void;
  /** The terminal's program has ended. */
  ended(): void;
}

export interface Attached {
  input(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  detach(): void;
}

interface Terminal {
  info(): TerminalInfo;
  attach(viewer: Viewer): Attached;
  end(graceMs: number): Promise<void>;
}

export interface Terminals {
  /** Joins the terminal with this id, or starts it. */
  attach(id: string, size: TerminalSize, command: string | undefined, viewer: Viewer): Promise<Attached>;
  list(): TerminalInfo[];
  viewers(): number;
  end(id: string): Promise<void>;
  shutdown(): Promise<void>;
}

const MAX_TERMINALS = 200;
/** A terminal nobody has looked at for so long is ended. */
const UNSEEN_MS = 24 * 3_600_000;
const SCROLLBACK_BYTES = 256 * 1024;

export interface TerminalOptions {
  environment: WorkspaceEnvironment;
  offspring: Offspring;
  directory: () => string;
  now: () => number;
  onInput: () => void;
  unseenMs?: number;
}

export function createTerminals(options: TerminalOptions): Terminals {
  const terminals = new Map<string, Promise<Terminal>>();
  const open = new Map<string, Terminal>();
  let viewerCount = 0;
  let closing = false;

  async function start(id: string, size: TerminalSize, command: string | undefined): Promise<Terminal> {
    const pty = await loadPty();
    const directory = options.directory();
    const tag = `${id}-${Math.random().toString(36).slice(2)}`;
    const env = options.environment.build('interactive', { PWD: directory, CODER_PROCESS: tag });
    const program = env.SHELL || shell();
    const argv = command === undefined ? [program, '-l'] : [shell(), '-c', command];
    const terminal = options.offspring.forkWithThreads(argv, ([file = '', ...rest]) =>
      pty.spawn(file, rest, {
        name: env.TERM ?? 'xterm-256color',
        cols: size.width,
        rows: size.height,
        cwd: directory,
        env,
        encoding: null,
      }),
    );
    const startedAt = new Date(options.now()).toISOString();
    const scrollback = createScrollback(SCROLLBACK_BYTES);
    const viewers = new Set<Viewer>();
    let { width, height } = size;
    let alive = true;
    let unseen: NodeJS.Timeout | undefined;
    const group: ProcessGroup = processGroup(terminal.pid, `CODER_PROCESS=${tag}`);
    const watch = () => {
      clearTimeout(unseen);
      if (!alive || viewers.size > 0) return;
      unseen = setTimeout(() => void group.end(1_000), options.unseenMs ?? UNSEEN_MS);
      unseen.unref();
    };
    terminal.onData((data: string | Buffer) => {
      const bytes = Buffer.from(data as string);
      scrollback.push(bytes);
      for (const viewer of viewers) viewer.show(bytes);
    });
    terminal.onExit(() => {
      alive = false;
      group.leaderEnded();
      clearTimeout(unseen);
      terminals.delete(id);
      open.delete(id);
      for (const viewer of [...viewers]) viewer.ended();
    });
    const made: Terminal = {
      info: () => ({
        id,
        command: command ?? program,
        pid: terminal.pid,
        started_at: startedAt,
        viewers: viewers.size,
        width,
        height,
      }),
      attach(viewer) {
        viewers.add(viewer);
        viewerCount += 1;
        watch();
        const past = scrollback.bytes();
        if (past.length > 0) viewer.show(past);
        let attached = true;
        return {
          input(bytes) {
            if (!alive) return;
            options.onInput();
            terminal.write(Buffer.from(bytes) as unknown as string);
          },
          resize(next) {
            if (!alive) return;
            ({ width, height } = next);
            terminal.resize(width, height);
          },
          detach() {
            if (!attached) return;
            attached = false;
            viewers.delete(viewer);
            viewerCount -= 1;
            watch();
          },
        };
      },
      async end(graceMs) {
        await group.end(graceMs);
      },
    };
    open.set(id, made);
    watch();
    return made;
  }

  return {
    async attach(id, size, command, viewer) {
      if (closing)
        throw new AgentFault('shutting_down', 'The workspace is stopping; no terminal can be opened.');
      let pending = terminals.get(id);
      if (!pending) {
        if (terminals.size >= MAX_TERMINALS)
          throw new AgentFault(
            'too_many',
            `${MAX_TERMINALS} terminals are open, as many as are allowed. Close some of them.`,
          );
        pending = start(id, size, command);
        terminals.set(id, pending);
        pending.catch(() => terminals.delete(id));
      }
      const terminal = await pending;
      const attached = terminal.attach(viewer);
      attached.resize(size);
      return attached;
    },
    list: () => [...open.values()].map((t) => t.info()),
    viewers: () => viewerCount,
    async end(id) {
      const terminal = open.get(id);
      if (!terminal)
        throw new AgentFault('terminal_not_found', `There is no terminal "${id}" in this workspace.`, {
          field: 'id',
        });
      await terminal.end(500);
    },
    async shutdown() {
      closing = true;
      await Promise.all([...open.values()].map((t) => t.end(500)));
    },
  };
}
