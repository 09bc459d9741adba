/** How a check ended. A `problem` keeps a client from connecting; a `warning` may do so, or weakens something. */
export type Mark = 'ok' | 'problem' | 'warning' | 'skipped';

/** What a check has to say: one sentence, and for what is not well one sentence how to put it right. */
export type Verdict = { readonly mark: Mark; readonly what: string; readonly fix?: string };

/** A verdict with the step that came to it. */
export type Finding = Verdict & { readonly step: string };

export type ClientReport = {
  readonly id: string;
  readonly name: string;
  /** Whether nothing was found that would keep it from connecting. */
  readonly connects: boolean;
  readonly findings: readonly Finding[];
};

/** What `--output json` prints. */
export type Report = {
  readonly url: string;
  readonly mcp_url: string;
  readonly checked_at: string;
  /** Whether every client connects and the sign-in, if there was one, went through. */
  readonly connects: boolean;
  readonly deployment: readonly Finding[];
  /** The sign-in that `--login` makes. */
  readonly login?: readonly Finding[];
  readonly clients: readonly ClientReport[];
};

export const ok = (what: string): Verdict => ({ mark: 'ok', what });
export const problem = (what: string, fix: string): Verdict => ({ mark: 'problem', what, fix });
export const warning = (what: string, fix: string): Verdict => ({ mark: 'warning', what, fix });
export const skipped = (what: string): Verdict => ({ mark: 'skipped', what });

export const hasProblem = (verdicts: readonly Verdict[]): boolean =>
  verdicts.some(({ mark }) => mark === 'problem');
