import type { HealthReport, HealthSection, PartOfHealth, ProvisionerDaemon } from '@coder/api';
import { sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Logger } from '../logger.ts';

export type HealthDeps = {
  db: Db;
  clock: Clock;
  log: Logger;
  version: string;
  accessUrl: string;
  /** Whether somebody has chosen the access URL; otherwise it is where this server listens. */
  isAccessUrlSet: boolean;
  /** The servers that run builds, those that are gone included. */
  daemons(): Promise<ProvisionerDaemon[]>;
  fetch?: typeof fetch;
};

/** Upstream's codes, which its documentation and its dashboard explain. */
const codes = {
  accessUrlNotSet: 'EACS01',
  accessUrlUnreachable: 'EACS03',
  accessUrlNotOk: 'EACS04',
  databaseUnreachable: 'EDB01',
  databaseSlow: 'EDB02',
  noDaemons: 'EPD01',
  daemonOutdated: 'EPD02',
  unknown: 'EUNKNOWN',
} as const;

const slowDatabaseMs = 15;
const measurements = 5;
const accessUrlTimeoutMs = 5_000;
/** A report is kept for so long: it sends requests of its own. */
const freshMs = 60_000;

/** Looks at what the deployment depends on: the address people use, the database, and the servers that run builds. */
export function createHealthReports(deps: HealthDeps) {
  const { clock } = deps;
  let known: { at: number; report: Promise<HealthReport> } | undefined;
  let running: Promise<HealthReport> | undefined;

  async function look(): Promise<HealthReport> {
    const [accessUrl, database, daemons] = await Promise.all([
      lookAtAccessUrl(deps),
      lookAtDatabase(deps.db),
      lookAtDaemons(deps),
    ]);
    return {
      time: clock.now().toISOString(),
      healthy: true,
      severity: 'ok',
      access_url: accessUrl,
      database,
      provisioner_daemons: daemons,
      derp: null,
      websocket: null,
      workspace_proxy: null,
      coder_version: deps.version,
    };
  }

  /** The last report if it is not old, or a new one; whoever asks while one is made gets the same. */
  return async (dismissed: readonly HealthSection[], force = false): Promise<HealthReport> => {
    const now = clock.now().getTime();
    if (force || !known || now - known.at >= freshMs) {
      running ??= look().finally(() => {
        running = undefined;
      });
      known = { at: now, report: running };
      running.catch(() => {
        known = undefined;
      });
    }
    return withVerdict(await known.report, dismissed);
  };
}

const parts = {
  AccessURL: 'access_url',
  Database: 'database',
  ProvisionerDaemons: 'provisioner_daemons',
} as const satisfies Record<HealthSection, keyof HealthReport>;

/** What the parts come to together, without those that somebody has dismissed. */
function withVerdict(report: HealthReport, dismissed: readonly HealthSection[]): HealthReport {
  const judged = structuredClone(report);
  let severity: PartOfHealth['severity'] = 'ok';
  for (const [section, key] of Object.entries(parts) as [HealthSection, (typeof parts)[HealthSection]][]) {
    const part = judged[key];
    part.dismissed = dismissed.includes(section);
    if (part.dismissed || part.severity === 'ok') continue;
    judged.healthy &&= part.healthy;
    if (severity !== 'error') severity = part.severity;
  }
  return { ...judged, severity };
}

const good: PartOfHealth = { healthy: true, severity: 'ok', warnings: [], dismissed: false, error: null };
const warning = (code: string, message: string): Partial<PartOfHealth> => ({
  severity: 'warning',
  warnings: [{ code, message }],
});
const broken = (code: string, error: string): Partial<PartOfHealth> => ({
  healthy: false,
  severity: 'error',
  error: `${code}: ${error}`,
});

async function lookAtAccessUrl({
  accessUrl,
  isAccessUrlSet,
  fetch: ask = fetch,
}: HealthDeps): Promise<HealthReport['access_url']> {
  const unset = isAccessUrlSet
    ? {}
    : warning(
        codes.accessUrlNotSet,
        `No access URL is set: everybody is told ${accessUrl}, which only this machine can reach.`,
      );
  const part = { ...good, access_url: accessUrl, reachable: false, status_code: 0, healthz_response: '' };
  try {
    const answer = await ask(`${accessUrl}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(accessUrlTimeoutMs),
    });
    const text = (await answer.text()).slice(0, 256);
    const reached = { reachable: true, status_code: answer.status, healthz_response: text };
    if (answer.status === 200) return { ...part, ...unset, ...reached };
    const problem = `${accessUrl}/healthz answers with status ${answer.status}. Check what stands between it and this server.`;
    return { ...part, ...reached, ...broken(codes.accessUrlNotOk, problem) };
  } catch {
    const problem = `This server cannot reach itself at ${accessUrl}. Check the name, and what stands in between.`;
    return { ...part, ...broken(codes.accessUrlUnreachable, problem) };
  }
}

async function lookAtDatabase(db: Db): Promise<HealthReport['database']> {
  const part = { ...good, reachable: false, latency: '', latency_ms: 0, threshold_ms: slowDatabaseMs };
  try {
    const times: number[] = [];
    for (let i = 0; i < measurements; i++) {
      const begun = performance.now();
      await sql`select 1`.execute(db);
      times.push(performance.now() - begun);
    }
    const median = times.toSorted((a, b) => a - b)[Math.floor(measurements / 2)] ?? 0;
    const ms = Math.round(median * 1000) / 1000;
    const slow =
      ms < slowDatabaseMs
        ? {}
        : warning(codes.databaseSlow, `The database takes ${ms} ms to answer; ${slowDatabaseMs} ms is good.`);
    return { ...part, ...slow, reachable: true, latency: `${ms}ms`, latency_ms: ms };
  } catch {
    return {
      ...part,
      ...broken(codes.databaseUnreachable, 'The database cannot be reached. Check that it runs.'),
    };
  }
}

async function lookAtDaemons({
  daemons,
  version,
  log,
}: HealthDeps): Promise<HealthReport['provisioner_daemons']> {
  let all: ProvisionerDaemon[];
  try {
    all = await daemons();
  } catch (err) {
    log.error({ err }, 'the servers that run builds could not be read');
    const problem =
      'Which servers run builds could not be read. Check the database first; the log of this server says more.';
    return { ...good, items: [], ...broken(codes.unknown, problem) };
  }
  const items = all
    .filter(({ status }) => status !== 'offline')
    .map((daemon) => ({
      provisioner_daemon: daemon,
      warnings:
        daemon.version === version ? [] : [`It runs version ${daemon.version}, this server ${version}.`],
    }));
  const part = { ...good, items };
  if (items.length === 0) {
    return { ...part, ...broken(codes.noDaemons, 'No server runs builds. Start one, or restart this one.') };
  }
  return items.some(({ warnings }) => warnings.length > 0)
    ? { ...part, ...warning(codes.daemonOutdated, 'Not all servers run the same version.') }
    : part;
}
