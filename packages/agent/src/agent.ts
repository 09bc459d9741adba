import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Http2Server } from 'node:http2';
import { arch, homedir, hostname } from 'node:os';
import { resolve } from 'node:path';
import {
  type AgentInfo,
  type AgentLifecycle,
  Manifest,
  Shutdown,
  type ShutdownInput,
} from '@coder/api/agent';
import { createActivity } from './activity.ts';
import { createEventLog, type EventLog } from './events/event-log.ts';
import { eventRoutes } from './events/routes.ts';
import { AgentFault } from './fault.ts';
import { fileRoutes } from './files/routes.ts';
import { parse } from './http/parse.ts';
import { createAgentServer, type Route } from './http/server.ts';
import { watchApps } from './manifest/app-health.ts';
import { createLifecycle } from './manifest/lifecycle.ts';
import { watchMetadata } from './manifest/metadata.ts';
import { expandHome, type Places, startFolder } from './paths.ts';
import { createOwnPorts } from './ports/listening.ts';
import { portRoutes, servingProcesses } from './ports/routes.ts';
import { createTunnels } from './ports/tunnel.ts';
import { createEnvironment } from './processes/environment.ts';
import { createHold } from './processes/hold.ts';
import { defaultProcessLimits, type ProcessLimits } from './processes/limits.ts';
import { createOffspring } from './processes/offspring.ts';
import { createPipePool } from './processes/pipe-pool.ts';
import { createProcessRegistry } from './processes/registry.ts';
import { processRoutes } from './processes/routes.ts';
import { shell } from './processes/shell.ts';
import { findCgroup } from './stats/cgroup.ts';
import { createStats } from './stats/stats.ts';
import { terminalRoutes } from './terminals/routes.ts';
import { createTerminals } from './terminals/terminals.ts';

export interface AgentOptions {
  version: string;
  stateDir: string;
  marker: string;
  /** The agent's own environment; what runs in the workspace inherits it without the agent's secrets. */
  env: NodeJS.ProcessEnv;
  agentUrl: string;
  log: (message: string) => void;
  now?: () => number;
  limits?: Partial<ProcessLimits>;
  statsIntervalMs?: number;
  activityIntervalMs?: number;
  /** The agent has shut down in order and has nothing left to do. */
  onOff?: () => void;
}

export interface Agent {
  /** Give it connections by `server.emit('connection', duplex)`. */
  server: Http2Server;
  events: EventLog;
  info(): AgentInfo;
  /** Runs the shutdown scripts, ends every process, and calls onOff. The same again joins the first. */
  shutdown(input?: ShutdownInput): Promise<void>;
}

/** Puts the agent together; it does nothing by itself until it is given a connection and a manifest. */
export function createAgent(options: AgentOptions): Agent {
  const now = options.now ?? Date.now;
  const bootId = randomBytes(8).toString('hex');
  const startedAt = new Date(now()).toISOString();
  const home = options.env.HOME || homedir();
  const places: Places = { home, directory: home };
  const events = createEventLog({ bootId, now });
  const environment = createEnvironment(options.env, options.marker);
  const pipes = createPipePool(options.stateDir, bootId);
  const hold = createHold(shell(), options.stateDir, options.log);
  const offspring = createOffspring(options.env.CODER_AGENT_TASKS, options.log);
  const cgroup = findCgroup();
  const off = new AbortController();
  let manifest: Manifest | undefined;
  let forBuild: AbortController | undefined;
  let stopping: Promise<void> | undefined;
  let counter = 0;
  const unique = () => `${bootId}-${++counter}`;

  const registry = createProcessRegistry({
    limits: { ...defaultProcessLimits, ...options.limits },
    environment,
    pipes,
    offspring,
    hold,
    stateDir: options.stateDir,
    bootId,
    resolveCwd: (cwd) =>
      cwd === undefined ? startFolder(places) : resolve(places.directory, expandHome(cwd, home)),
    cgroupFolder: cgroup?.memory,
    now,
    onStart: () => activity.touch(),
  });
  pipes.fill().catch(() => {});
  // The threads that read files are made now, while there is room for them: one that cannot be made ends the program.
  void stat(home).catch(() => undefined);
  const tunnels = createTunnels(createOwnPorts(() => servingProcesses(options.marker)));
  const terminals = createTerminals({
    environment,
    offspring,
    directory: () => startFolder(places),
    now,
    onInput: () => activity.touch(),
  });
  const activity = createActivity({
    events,
    sources: {
      runningProcesses: () => registry.runningCount(),
      terminals: () => terminals.viewers(),
      connections: () => tunnels.open(),
    },
    intervalMs: options.activityIntervalMs ?? 30_000,
    signal: off.signal,
  });
  const stats = createStats({
    marker: options.marker,
    cgroup,
    home,
    now,
    intervalMs: options.statsIntervalMs ?? 15_000,
    signal: off.signal,
    onSample: (sample) => events.add({ type: 'stats', sample }),
  });
  const lifecycle = createLifecycle({ registry, events, unique });

  const info = (): AgentInfo => ({
    version: options.version,
    boot_id: bootId,
    started_at: startedAt,
    pid: process.pid,
    build_id: manifest?.build_id ?? null,
    lifecycle: lifecycle.state,
    directory: places.directory,
    home,
    operating_system: process.platform,
    architecture: arch() === 'x64' ? 'amd64' : arch(),
    hostname: hostname(),
    last_seq: events.lastSeq,
  });

  function apply(next: Manifest): boolean {
    if (manifest?.build_id === next.build_id) return false;
    if (stopping)
      throw new AgentFault('shutting_down', 'The agent is shutting down and takes no new manifest.');
    manifest = next;
    forBuild?.abort();
    forBuild = new AbortController();
    const { signal } = forBuild;
    places.directory = resolve(home, expandHome(next.directory || home, home));
    environment.set({
      ...next.env,
      CODER_WORKSPACE_NAME: next.workspace_name,
      CODER_WORKSPACE_OWNER_NAME: next.owner_name,
      CODER_WORKSPACE_AGENT_NAME: next.agent_name,
      CODER_AGENT_URL: options.agentUrl,
    });
    void lifecycle.start(next);
    watchApps({
      apps: next.apps,
      signal,
      onChange: (app_id, health) => events.add({ type: 'app_health', app_id, health }),
    });
    watchMetadata({ entries: next.metadata, registry, events, unique, signal });
    return true;
  }

  async function stop(input: ShutdownInput): Promise<void> {
    const { grace_ms, reason } = parse(Shutdown, input);
    options.log(`shutting down${reason ? `: ${reason}` : ''}`);
    forBuild?.abort();
    const outcome = await lifecycle.stop(manifest);
    await Promise.all([registry.shutdown(grace_ms), terminals.shutdown()]);
    if (outcome === 'ok') lifecycle.set('off');
    off.abort();
    pipes.close();
    hold?.close();
    options.onOff?.();
  }
  const shutdown = (input: ShutdownInput = {}) => {
    stopping ??= stop(input);
    return stopping;
  };

  const own: Route[] = [
    { method: 'GET', path: '/v1/agent', handler: () => ({ body: info() }) },
    {
      method: 'PUT',
      path: '/v1/manifest',
      handler: async (request) => ({
        body: { applied: apply(parse(Manifest, await request.json())), agent: info() },
      }),
    },
    {
      method: 'POST',
      path: '/v1/shutdown',
      async handler(request) {
        const input = parse(Shutdown, await request.json());
        void shutdown(input);
        const state: AgentLifecycle = lifecycle.state;
        return { status: 202, body: { lifecycle: state } };
      },
    },
  ];
  const server = createAgentServer({
    routes: [
      ...own,
      ...eventRoutes(events),
      ...processRoutes(registry),
      ...fileRoutes(places),
      ...portRoutes(options.marker),
      ...stats.routes,
      ...terminalRoutes(terminals),
    ],
    connect: (stream, authority) => {
      activity.touch();
      tunnels.connect(stream, authority);
    },
    report: (error) => options.log(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  });
  return { server, events, info, shutdown };
}
