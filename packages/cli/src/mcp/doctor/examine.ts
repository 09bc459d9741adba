import { type ClientProfile, profiles } from './clients/index.ts';
import { doorSteps, pathSteps } from './deployment/steps.ts';
import type { Examination } from './examination.ts';
import { createHttp } from './http/http.ts';
import { type LoginOptions, signIn } from './login/sign-in.ts';
import { prepare } from './prepare.ts';
import { type ClientReport, type Finding, hasProblem, type Report, skipped } from './report.ts';
import { createCleaner } from './safe-text.ts';
import { type Clean, finding, takeSteps } from './steps.ts';
import type { Target } from './target.ts';
import { deregister } from './walk/deregister.ts';
import { walkSteps } from './walk/steps.ts';
import type { Walk } from './walk/walk.ts';

export type ExamineOptions = {
  readonly target: Target;
  /** Sent to this deployment only. */
  readonly token?: string | undefined;
  /** What to do about a missing token, for the steps that need one. */
  readonly tokenMissing?: string;
  readonly clients?: readonly ClientProfile[];
  /** Goes through a whole sign-in first, with a person in a browser; its token is used from then on. */
  readonly login?: Omit<LoginOptions, 'onCleanup'> | undefined;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** How long a stream may stay silent, in milliseconds. */
  readonly streamMs?: number;
  /** Stops the examination; what was made is deleted all the same. */
  readonly signal?: AbortSignal;
  /** Is told what became of what was made, since a stopped examination has no report to say it in. */
  readonly onCleanup?: (finding: Finding) => void;
  readonly now?: () => number;
  readonly fetch?: typeof fetch;
  readonly resolve?: Examination['resolve'];
};

/** Walks into a deployment as each client does, and says how far it came. Deletes again what it has made there. */
export async function examine(options: ExamineOptions): Promise<Report> {
  const { target, now = Date.now, clients = profiles, onCleanup = () => undefined } = options;
  const signal = options.signal ?? new AbortController().signal;
  const http = createHttp({ timeoutMs: options.timeoutMs ?? 10_000, signal, fetch: options.fetch });
  const secrets = new Set<string>();
  const clean = createCleaner(secrets);
  const begin = (token: string | undefined) =>
    prepare({
      target,
      http,
      token,
      secrets,
      now,
      tokenMissing: options.tokenMissing ?? 'give --token or use --login',
      streamMs: options.streamMs ?? 5_000,
      resolve: options.resolve,
    });

  let examination = begin(options.token);
  const deployment = await openDoor(examination, clean);
  const isOpen = !hasProblem(deployment);
  const login =
    options.login && isOpen
      ? await signIn(examination, { ...options.login, onCleanup }, clean, signal)
      : undefined;
  try {
    if (login?.token !== undefined) examination = begin(login.token);
    if (isOpen) deployment.push(...(await takeSteps(pathSteps, examination, clean)));
    const reports: ClientReport[] = [];
    for (const client of clients) {
      const findings = isOpen ? await walkAs(client, examination, clean, onCleanup) : [shut];
      reports.push({ id: client.id, name: client.name, connects: isOpen && !hasProblem(findings), findings });
    }
    if (login) login.findings.push(...(await login.end()));
    return {
      url: target.url,
      mcp_url: target.mcpUrl,
      checked_at: new Date(now()).toISOString(),
      connects: ![...deployment, ...(login?.findings ?? [])].some(isProblem) && reports.every(connects),
      deployment,
      ...(login ? { login: login.findings } : {}),
      clients: reports,
    };
  } finally {
    await login?.end();
  }
}

const isProblem = ({ mark }: Finding): boolean => mark === 'problem';
const connects = (report: ClientReport): boolean => report.connects;
const shut: Finding = { step: 'address', ...skipped('not reached: see what is wrong with the deployment') };

/** The steps without which nothing else is worth trying, up to the first that fails. */
async function openDoor(examination: Examination, clean: Clean): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const step of doorSteps) {
    findings.push(...(await takeSteps([step], examination, clean)));
    if (hasProblem(findings)) break;
  }
  return findings;
}

async function walkAs(
  client: ClientProfile,
  examination: Examination,
  clean: Clean,
  onCleanup: (finding: Finding) => void,
): Promise<Finding[]> {
  const walk: Walk = { ...examination, client, found: {} };
  const findings: Finding[] = [];
  try {
    findings.push(...(await takeSteps(walkSteps, walk, clean)));
  } finally {
    const { registered } = walk.found;
    if (registered && registered.clientId !== client.document) {
      const done = finding('cleanup', await deregister(walk.http, walk.target, registered), clean);
      onCleanup(done);
      findings.push(done);
    }
  }
  return findings;
}
