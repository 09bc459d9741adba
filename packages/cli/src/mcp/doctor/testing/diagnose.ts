import { type ExamineOptions, examine } from '../examine.ts';
import type { Finding, Mark, Report } from '../report.ts';
import { parseTarget } from '../target.ts';
import { type FakeDeployment, type Fault, startFakeDeployment } from './fake-deployment.ts';
import { json, type Reply, type Seen } from './replies.ts';

export const publicUrl = 'https://coder.example.com';
export const token = 'good-token-1234567890';

export type Diagnosis = {
  readonly report: Report;
  readonly deployment: FakeDeployment;
  /** The sentences of a section with a mark, each with its advice. */
  told(where: string, mark: Mark): string[];
};

export type Given = Partial<Omit<ExamineOptions, 'target'>> & {
  /** What is typed. The public name leads to the fake deployment, as DNS and a proxy with a certificate would. */
  readonly url?: string;
  /** What the server takes for its own address. */
  readonly accessUrl?: string;
};

/** Examines a deployment that has a fault. */
export async function diagnose(fault: Fault = {}, given: Given = {}): Promise<Diagnosis> {
  const { url = publicUrl, accessUrl = url, ...options } = given;
  await using deployment = await startFakeDeployment(fault, { accessUrl, token });
  const { origin } = new URL(url);
  const report = await examine({
    target: parseTarget(url),
    token,
    streamMs: 400,
    timeoutMs: 5_000,
    resolve: async () => [{ address: '93.184.216.34', family: 4 }],
    fetch: (input, init) => fetch(String(input).replace(origin, deployment.url), init),
    ...options,
  });
  const findings = (where: string): readonly Finding[] =>
    (where === 'deployment' ? report.deployment : report.clients.find(({ id }) => id === where)?.findings) ??
    [];
  return {
    report,
    deployment,
    told: (where, mark) =>
      findings(where)
        .filter((finding) => finding.mark === mark)
        .map(({ step, what, fix = '' }) => `${step}: ${what} → ${fix}`),
  };
}

/** Changes the answers at a path that begins so. */
export const at =
  (path: string | RegExp, change: (reply: Reply, seen: Seen) => Reply | undefined): Fault['answer'] =>
  (seen, reply) =>
    (typeof path === 'string' ? seen.path === path : path.test(seen.path)) ? change(reply, seen) : reply;

/** Changes fields of a JSON body; those that are undefined are left out. */
export const fields =
  (change: Record<string, unknown>) =>
  (reply: Reply): Reply => ({
    ...json({ ...(JSON.parse(reply.body) as Record<string, unknown>), ...change }, reply.status),
    headers: reply.headers,
  });

/** Changes headers; those that are undefined are left out. */
export const headers =
  (change: Record<string, string | undefined>) =>
  (reply: Reply): Reply => ({
    ...reply,
    headers: Object.fromEntries(
      Object.entries({ ...reply.headers, ...change }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  });
