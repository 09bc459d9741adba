import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type ApiClient, ApiError, createApiClient } from '@coder/api';
import type { Progress } from '../output/progress.ts';
import { readConfigFile } from '../session/config-folder.ts';
import { storeLogin } from '../session/stored-login.ts';
import {
  type Before,
  type FoundRecord,
  makeRoom,
  ownRecord,
  putDamagedAside,
  type QuickstartRecord,
  toldBefore,
  writeCompleted,
  writeRecord,
} from './record.ts';
import { publishStarters, startDemo } from './starters.ts';

/** A deployment and the command line's folder. */
export type QuickstartPlaces = { url: string; deploymentId: string; configDir: string; dataDir: string };

export type FirstRunResult = {
  username: string;
  email: string;
  /** Undefined when the caller chose it. */
  password: string | undefined;
  /** The file with the password. */
  kept: string;
  /** What was put aside, or stands beside it: another deployment's owner, as a rule. */
  before: Before | undefined;
};

async function isNew(client: ApiClient): Promise<boolean> {
  try {
    await client.users.hasFirst();
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return true;
    throw error;
  }
}

async function createOwner(
  client: ApiClient,
  { url, deploymentId, configDir: folder, dataDir }: QuickstartPlaces,
  env: NodeJS.ProcessEnv,
): Promise<FoundRecord> {
  const { begun, before } = makeRoom(folder, deploymentId);
  const chosen = env.CODER_FIRST_USER_PASSWORD || undefined;
  // What was begun may be the owner's just now, of a process beside this one.
  const made = begun && !begun.is_password_chosen ? begun.password : randomBytes(15).toString('base64url');
  const record: QuickstartRecord = {
    deployment_id: deploymentId,
    url,
    data_dir: dataDir,
    email: env.CODER_FIRST_USER_EMAIL || 'admin@localhost.localdomain',
    username: env.CODER_FIRST_USER_USERNAME || 'admin',
    password: chosen ?? made,
    is_password_chosen: chosen !== undefined,
    complete: false,
    ...(before === undefined ? {} : { before }),
  };
  // Written before the user exists: a password that nobody knows would lock the deployment.
  writeRecord(folder, 'quickstart.json', record);
  await client.users.createFirst({
    email: record.email,
    username: record.username,
    password: record.password,
  });
  return { file: 'quickstart.json', record };
}

/** What an interrupted first run has left; undefined when there is nothing to go on with. */
function interrupted({ configDir, deploymentId }: QuickstartPlaces, progress: Progress) {
  const damaged = putDamagedAside(configDir);
  if (damaged) progress.line(`quickstart.json cannot be read. It is ${damaged.kept} now.`);
  const own = ownRecord(configDir, deploymentId);
  return own?.record.complete === false ? own : undefined;
}

/** A working session: the stored one, or a new one with the password of the first run. Undefined when that is no longer good. */
async function signIn(url: string, folder: string, record: QuickstartRecord): Promise<ApiClient | undefined> {
  const token = readConfigFile(folder, 'url') === url ? readConfigFile(folder, 'session') : undefined;
  if (token !== undefined) {
    const client = createApiClient({ url, token });
    const valid = await client.users.get({ user: 'me' }).then(
      () => true,
      () => false,
    );
    if (valid) return client;
  }
  const login = await createApiClient({ url })
    .users.login({ email: record.email, password: record.password })
    .catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return undefined;
      throw error;
    });
  if (login === undefined) return undefined;
  const { session_token } = login;
  storeLogin(folder, { url, token: session_token });
  return createApiClient({ url, token: session_token });
}

/**
 * Everything that `coder quickstart` does the first time: the owner, the session of this command line, the starter
 * templates and the workspace `demo`. Whatever interrupts it once the owner is there, the next start goes on: it signs
 * in with the password of the record, and leaves templates and a workspace that are there already as they are.
 * Returns undefined when there is nothing to do.
 */
export async function firstRun(
  places: QuickstartPlaces,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<FirstRunResult | undefined> {
  const { url, configDir: folder } = places;
  const anonymous = createApiClient({ url });
  const fresh = await isNew(anonymous);
  if (fresh) progress.step('Creating the owner');
  const own = fresh ? await createOwner(anonymous, places, env) : interrupted(places, progress);
  if (own === undefined) return undefined;
  const { record } = own;
  const client = await signIn(url, folder, record);
  if (client === undefined) {
    const where = join(folder, own.file);
    progress.line(`The first run was not finished, and the password in ${where} is no longer good to go on.`);
    return undefined;
  }
  await publishStarters(client, progress);
  await startDemo(client, progress);
  const told = toldBefore(folder, own);
  const { file } = writeCompleted(folder, own);
  const password = record.is_password_chosen ? undefined : record.password;
  return { username: record.username, email: record.email, password, kept: join(folder, file), before: told };
}
