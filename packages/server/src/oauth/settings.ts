import type { OAuth2Settings } from '@coder/api';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { hashOf } from './store/artifacts.ts';
import { newSecret } from './store/clients.ts';

type Mode = OAuth2Settings['dynamic_client_registration'];
type Change = {
  dynamic_client_registration_enabled?: boolean | undefined;
  dynamic_client_registration?: Mode | undefined;
  client_id_metadata_documents_enabled?: boolean | undefined;
};

export type OAuthSettings = {
  read(): Promise<OAuth2Settings>;
  /** Changes what is given. Setting registration to `token` makes a new initial access token, which is shown this once. */
  update(change: Change): Promise<OAuth2Settings & { initial_access_token?: string }>;
  isInitialAccessToken(token: string): Promise<boolean>;
};

const keys = {
  registration: 'oauth2_registration',
  initialTokenHash: 'oauth2_initial_access_token_sha256',
  documents: 'oauth2_client_documents',
} as const;
/** Every authorization asks for these, so they are believed for a moment. */
const believedMs = 1_000;

/** The deployment's rules about applications, in `site_settings`. */
export function createOAuthSettings({ db, clock }: { db: Db; clock: Clock }): OAuthSettings {
  let held: { settings: OAuth2Settings; until: number } | undefined;

  async function load(): Promise<OAuth2Settings> {
    const rows = await db
      .selectFrom('site_settings')
      .select(['key', 'value'])
      .where('key', 'in', [keys.registration, keys.documents])
      .execute();
    const value = (key: string) => rows.find((row) => row.key === key)?.value;
    const mode = (value(keys.registration) ?? 'on') as Mode;
    return {
      dynamic_client_registration_enabled: mode !== 'off',
      dynamic_client_registration: mode,
      client_id_metadata_documents_enabled: value(keys.documents) !== 'off',
    };
  }

  async function write(key: string, value: string): Promise<void> {
    await db
      .insertInto('site_settings')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute();
  }

  return {
    async read() {
      const now = clock.now().getTime();
      if (!held || held.until <= now) held = { settings: await load(), until: now + believedMs };
      return held.settings;
    },
    async update(change) {
      const {
        dynamic_client_registration_enabled: enabled,
        client_id_metadata_documents_enabled: documents,
      } = change;
      const mode =
        change.dynamic_client_registration ?? (enabled === undefined ? undefined : enabled ? 'on' : 'off');
      let token: string | undefined;
      if (mode !== undefined) await write(keys.registration, mode);
      if (mode === 'token') {
        token = newSecret();
        await write(keys.initialTokenHash, hashOf(token).toString('hex'));
      }
      if (documents !== undefined) await write(keys.documents, documents ? 'on' : 'off');
      held = undefined;
      return { ...(await load()), ...(token === undefined ? {} : { initial_access_token: token }) };
    },
    async isInitialAccessToken(token) {
      const row = await db
        .selectFrom('site_settings')
        .select('value')
        .where('key', '=', keys.initialTokenHash)
        .executeTakeFirst();
      // Both are hashes, so comparing them tells nothing about the token.
      return row !== undefined && row.value === hashOf(token).toString('hex');
    },
  };
}
