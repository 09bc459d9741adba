import { type Finding, skipped, type Verdict } from './report.ts';

/** A check with a name. It says nothing when what it builds on is missing: the step before has told why. */
export type Step<Subject> = {
  readonly name: string;
  readonly check: (subject: Subject) => Promise<readonly Verdict[]>;
};

export type Clean = (text: string) => string;

/** A verdict made fit to be shown. */
export function finding(step: string, { mark, what, fix }: Verdict, clean: Clean): Finding {
  return { step, mark, what: clean(what), ...(fix === undefined ? {} : { fix: clean(fix) }) };
}

/** What is said of a step that could not be taken. */
export const notReached = 'not reached: see what is wrong above';

/** Takes the steps one after another, since later ones use what earlier ones have found. */
export async function takeSteps<Subject>(
  steps: readonly Step<Subject>[],
  subject: Subject,
  clean: Clean,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, check } of steps) {
    const verdicts = await check(subject);
    const told = verdicts.length > 0 ? verdicts : [skipped(notReached)];
    findings.push(...told.map((verdict) => finding(name, verdict, clean)));
  }
  return findings;
}
