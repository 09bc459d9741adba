import type { OAuth2Client } from '@coder/api';
import type Provider from 'oidc-provider';
import type { Db } from '../database/index.ts';
import { plainName } from './client-metadata.ts';
import { CLI_CLIENT_ID } from './provider.ts';
import { safeWebAddress } from './redirects.ts';

/** An application as people are shown it, or undefined when it is not known (any more). */
export type DescribeApplication = (clientId: string) => Promise<OAuth2Client | undefined>;

/**
 * Describes applications. What an application says about itself is shown as plain text, its picture and page only as http(s)
 * addresses; the one thing that vouches for it is the host from which its document came.
 */
export function createDescribeApplication(deps: { db: Db; provider: Provider }): DescribeApplication {
  return async (clientId) => {
    const client = await deps.provider.Client.find(clientId);
    if (!client) return undefined;
    const row = URL.canParse(clientId)
      ? undefined
      : await deps.db
          .selectFrom('oauth_apps')
          .where((eb) => eb(eb.cast<string>('id', 'text'), '=', clientId))
          .select(['name', 'icon', 'kind', 'created_at'])
          .executeTakeFirst();
    const isDocument = !row && clientId !== CLI_CLIENT_ID;
    const host = isDocument ? new URL(clientId).host : '';
    return {
      id: clientId,
      name: plainName(row?.name ?? client.clientName ?? host) || host || clientId,
      kind: isDocument ? 'cimd' : ((row?.kind ?? 'preregistered') as OAuth2Client['kind']),
      icon: safeWebAddress(row?.icon || client.logoUri),
      uri: safeWebAddress(client.clientUri),
      verified_host: host,
      registered_at: row?.created_at.toISOString() ?? null,
    };
  };
}
