import { StartupError } from '../startup-error.ts';

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** Where it was said: `--http-address`, `CODER_HTTP_ADDRESS`, `config.yaml:12 networking.http.httpAddress`. */
  source: string;
  /** What is wrong and what would be right. */
  problem: string;
}

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends StartupError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    const lines = problems.map(({ source, problem }) => `  ${source}: ${problem}`);
    super(
      `The configuration has ${count}:\n${lines.join('\n')}\nSee "coder server --help" for every option.`,
    );
    this.problems = problems;
  }
}
