import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWKS } from 'oidc-provider';
import { type Db, ensureSetting } from '../database/index.ts';

/** The keys of the authorization server, made by the first server that needs them. They are secret: never log them. */
export async function loadKeys(db: Db): Promise<{ jwks: JWKS; cookies: string[] }> {
  const jwks = await ensureSetting(db, 'oauth2_jwks', () => JSON.stringify(makeJwks()));
  const cookie = await ensureSetting(db, 'oauth2_cookie_key', () => randomBytes(32).toString('base64url'));
  return { jwks: JSON.parse(jwks) as JWKS, cookies: [cookie] };
}

/** One key of each kind that clients expect of a metadata document; access tokens are opaque and need neither. */
function makeJwks(): JWKS {
  const pairs = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ];
  return {
    keys: pairs.map(({ privateKey }) => ({
      ...privateKey.export({ format: 'jwk' }),
      use: 'sig',
      kid: randomBytes(8).toString('base64url'),
    })) as JWKS['keys'],
  };
}
