import type { Examination } from '../examination.ts';
import { objectOf } from '../http/refusal.ts';
import { ok, type Verdict, warning } from '../report.ts';
import { challengeOf } from '../walk/challenge.ts';

/** Whether the refusal says where a token comes from. */
export async function checkChallenge({ firstContact }: Examination): Promise<Verdict[]> {
  const exchange = await firstContact();
  if (!exchange.reached || exchange.status !== 401) return [];
  const header = exchange.headers.get('www-authenticate');
  if (header === null) {
    const isOurs = objectOf(exchange)?.code === 'UNAUTHENTICATED';
    return [
      warning(
        isOurs
          ? 'The header WWW-Authenticate that the server sends with its refusal does not arrive.'
          : 'The refusal carries no WWW-Authenticate header.',
        'Let the proxy pass WWW-Authenticate on: without it clients have to guess where a token comes from, and some give up.',
      ),
    ];
  }
  if (challengeOf(exchange).resourceMetadataUrl === undefined) {
    return [
      warning(
        'The header WWW-Authenticate does not say where the metadata is (resource_metadata).',
        'Update the server, and let the proxy pass WWW-Authenticate on unchanged.',
      ),
    ];
  }
  return [ok('says with WWW-Authenticate where a token comes from')];
}
