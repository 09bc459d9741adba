import type { ClientReport, Finding, Mark, Report } from './report.ts';
import { notReached } from './steps.ts';

const signs: Record<Mark, string> = { ok: '✔', problem: '✘', warning: '!', skipped: '-' };

/** The report for people: a section for the deployment and one for each client. */
export function renderReport(report: Report): string {
  const sections = [
    section(report.mcp_url, report.deployment),
    ...(report.login ? [section('Sign-in in the browser', report.login)] : []),
    ...report.clients.map((client) => section(`${client.name}: ${conclusion(client)}`, client.findings)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function conclusion({ connects, findings }: ClientReport): string {
  if (!connects) return 'could not connect';
  const warnings = findings.filter(({ mark }) => mark === 'warning').length;
  if (warnings === 0) return 'ready';
  return `ready, with ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
}

function section(title: string, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ step }) => step.length), 12);
  const line = (sign: string, step: string, what: string) => `  ${sign} ${step.padEnd(width)}  ${what}`;
  const reached = findings.filter(({ what }) => what !== notReached);
  const others = findings.filter(({ what }) => what === notReached).map(({ step }) => step);
  return [
    title,
    ...reached.flatMap(({ step, mark, what, fix }) => [
      line(signs[mark], step, what),
      ...(fix === undefined ? [] : [`    ${''.padEnd(width)}  → ${fix}`]),
    ]),
    ...(others.length > 0 ? [line(signs.skipped, 'not reached', others.join(', '))] : []),
  ].join('\n');
}
