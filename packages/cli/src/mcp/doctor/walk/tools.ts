import { ok, skipped, type Verdict, warning } from '../report.ts';
import type { Walk } from './walk.ts';

/** What a client sees once it is in. All four speak the older era, and take up the newer as it comes. */
export async function checkTools(walk: Walk): Promise<Verdict[]> {
  const { client, talk, tokenMissing } = walk;
  const older = await talk('2025-11-25');
  const newer = await talk('2026-07-28');
  if (older === undefined || newer === undefined) {
    return [skipped(`a tool call takes a token; ${tokenMissing}`)];
  }
  if (older.verdict.mark !== 'ok') return [older.verdict];
  const verdicts = [...client.judgeTools(older.tools ?? [])];
  if (newer.verdict.mark === 'problem') {
    verdicts.push(warning(newer.verdict.what, newer.verdict.fix ?? ''));
  }
  const other = client.alsoLists && (await talk('2025-11-25', client.alsoLists.query));
  if (client.alsoLists && other?.tools) verdicts.push(...client.alsoLists.judge(other.tools));
  const eras = newer.verdict.mark === 'ok' ? '2025-11-25 and 2026-07-28' : '2025-11-25';
  return [ok(`${older.verdict.what} (${eras})`), ...verdicts];
}
