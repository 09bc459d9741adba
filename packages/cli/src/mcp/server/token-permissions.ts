import { type ApiClient, ApiError, expandScopes, type Permission } from '@coder/api';

/**
 * What a token may do, by its own record; undefined where that cannot be read (a token without `api_key:read`, a
 * deployment that is down). The deployment checks every call in any case: this decides only what is listed.
 */
export async function tokenPermissions(
  client: ApiClient,
  token: string,
): Promise<ReadonlySet<Permission> | 'all' | undefined> {
  const [id = ''] = token.split('-', 1);
  if (id === '') return undefined;
  try {
    const key = await client.apiKeys.get({ user: 'me', key: id });
    return expandScopes(key.scopes);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
