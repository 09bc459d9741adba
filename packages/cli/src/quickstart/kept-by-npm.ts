import { optionList } from '@coder/server';
import { CliError } from '../cli-error.ts';
import { shellWord } from '../shell-word.ts';

/**
 * Refuses to start without the flags that `npm start --http-address=…` was given: without `--` before them npm keeps them
 * for itself, as variables of its own, and the server would listen elsewhere than it was told to.
 */
export function refuseWhatNpmKept(env: NodeJS.ProcessEnv = process.env): void {
  const words: string[] = [];
  for (const { option } of optionList) {
    const value = env[`npm_config_${option.flag.replaceAll('-', '_')}`];
    if (!value) continue;
    words.push(value === 'true' ? `--${option.flag}` : shellWord(`--${option.flag}=${value}`));
  }
  if (words.length === 0) return;
  throw new CliError(
    `npm keeps flags for itself that do not stand behind "--". Type: npm start -- ${words.join(' ')}`,
  );
}
