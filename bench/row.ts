/** One line of the results: what was measured, against what, and whether it is within its budget. */
export type Row = { path: string; reference: string; measured: string; budget: string; within: boolean };

/** A throughput as a share of the reference's. */
export function ratioRow(
  path: string,
  figures: { subject: number; reference: number },
  reference: string,
  atLeast: number,
): Row {
  const ratio = figures.subject / figures.reference;
  return {
    path,
    reference: `${reference}: ${Math.round(figures.reference)}/s`,
    measured: `${ratio.toFixed(2)} (${Math.round(figures.subject)}/s)`,
    budget: `at least ${atLeast}`,
    within: ratio >= atLeast,
  };
}

type Times = { subject: number; reference: number };

const more = ({ subject, reference }: Times) =>
  `p50 ${(subject - reference).toFixed(1)} ms more (${subject.toFixed(1)} ms)`;

/** A time as what it adds to the reference's. */
export function differenceRow(path: string, figures: Times, reference: string, atMostMs: number): Row {
  return {
    path,
    reference: `${reference}: p50 ${figures.reference.toFixed(1)} ms`,
    measured: more(figures),
    budget: `at most ${atMostMs} ms more`,
    within: figures.subject - figures.reference <= atMostMs,
  };
}

/** The time of the row before it under other conditions, which has no budget. */
export function comparisonRow(path: string, figures: Times): Row {
  return plainRow(path, more(figures), 'for comparison', true);
}

/** A figure that stands by itself. */
export function plainRow(path: string, measured: string, budget: string, within: boolean): Row {
  return { path, reference: '', measured, budget, within };
}
