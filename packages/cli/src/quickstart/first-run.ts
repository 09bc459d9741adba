import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type ApiClient, ApiError, allPages, createApiClient } from '@coder/api';
import { followBuild, waitReady } from '../builds.ts';
import { CliError } from '../cli-error.ts';
import type { Progress } from '../output/progress.ts';
import { putConfigFileAside, readConfigFile, writeConfigFile } from '../session/config-folder.ts';
import { storeLogin } from '../session/stored-login.ts';
import { starterFolder, starterTemplates } from '../starter-templates.ts';
import { packTemplate } from '../template-archive.ts';
import { publishTemplate } from '../template-publish.ts';

/** What quickstart remembers of its first run; `complete` once every step is done, so that a broken run is taken up again. */
type Record = {
  url: string;
  /** Tells one deployment from another; records of earlier versions have none. */
  data_dir?: string;
  email: string;
  username: string;
  password: string;
  complete: boolean;
};

/** A deployment and the command line's folder. */
export type QuickstartPlaces = { url: string; configDir: string; dataDir: string };

export type FirstRunResult = {
  username: string;
  email: string;
  password: string | undefined;
  created: boolean;
  /** What the command line belonged to before: the file with its owner's password, and where it was. */
  before: { kept: string; url: string } | undefined;
};

const DEMO = 'demo';

function readRecord(folder: string): Record | undefined {
  const text = readConfigFile(folder, 'quickstart.json');
  return text === undefined ? undefined : (JSON.parse(text) as Record);
}

function writeRecord(folder: string, record: Record): void {
  writeConfigFile(folder, 'quickstart.json', `${JSON.stringify(record, null, 2)}\n`);
}

async function isNew(client: ApiClient): Promise<boolean> {
  try {
    await client.users.hasFirst();
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return true;
    throw error;
  }
}

/** What is known of this deployment. A record without a data directory is of the only one there was. */
function readOwn({ configDir, dataDir }: QuickstartPlaces): Record | undefined {
  const record = readRecord(configDir);
  return record === undefined || (record.data_dir ?? dataDir) === dataDir ? record : undefined;
}

/** Puts aside what is known of another deployment's owner, whose password stands nowhere else. */
function keepOther({ configDir, dataDir }: QuickstartPlaces): FirstRunResult['before'] {
  const other = readRecord(configDir);
  const isSame = other?.data_dir === undefined ? other?.complete === false : other.data_dir === dataDir;
  if (other === undefined || isSame) return undefined;
  return { kept: putConfigFileAside(configDir, 'quickstart.json'), url: other.url };
}

async function createOwner(
  client: ApiClient,
  { url, configDir: folder, dataDir }: QuickstartPlaces,
  env: NodeJS.ProcessEnv,
): Promise<Record> {
  const record: Record = {
    url,
    data_dir: dataDir,
    email: env.CODER_FIRST_USER_EMAIL || 'admin@localhost.localdomain',
    username: env.CODER_FIRST_USER_USERNAME || 'admin',
    password: env.CODER_FIRST_USER_PASSWORD || randomBytes(15).toString('base64url'),
    complete: false,
  };
  // Written before the user exists: a password that nobody knows would lock the deployment.
  writeRecord(folder, record);
  await client.users.createFirst({
    email: record.email,
    username: record.username,
    password: record.password,
  });
  return record;
}

/** A working session: the stored one, or a new one with the password of the first run. */
async function signIn(
  url: string,
  folder: string,
  record: Record | undefined,
): Promise<ApiClient | undefined> {
  const token = readConfigFile(folder, 'url') === url ? readConfigFile(folder, 'session') : undefined;
  if (token !== undefined) {
    const client = createApiClient({ url, token });
    const valid = await client.users.get({ user: 'me' }).then(
      () => true,
      () => false,
    );
    if (valid) return client;
  }
  if (record === undefined) return undefined;
  const { session_token } = await createApiClient({ url }).users.login({
    email: record.email,
    password: record.password,
  });
  storeLogin(folder, { url, token: session_token });
  return createApiClient({ url, token: session_token });
}

async function publishStarters(client: ApiClient, progress: Progress): Promise<void> {
  const templates = await allPages((page) => client.templates.list(page));
  const existing = new Set(templates.map((t) => t.name));
  for (const name of starterTemplates().filter((starter) => !existing.has(starter))) {
    progress.step(`Publishing the template ${name}`);
    const archive = await packTemplate(join(starterFolder, name));
    const quiet: Progress = { ...progress, line: () => undefined };
    await publishTemplate(client, { organization: 'default', name, archive, activate: true }, quiet);
  }
}

async function startDemo(client: ApiClient, progress: Progress): Promise<void> {
  progress.step(`Creating the workspace ${DEMO}`);
  const template = (await client.templates.list({ q: 'exact_name:local' })).find((t) => t.name === 'local');
  if (!template)
    throw new CliError('The starter template "local" is missing, so there is no demo workspace.');
  const existing = await client.workspaces.getByName({ user: 'me', name: DEMO }).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
  const workspace =
    existing ??
    (await client.workspaces.create(
      { user: 'me', name: DEMO, template_id: template.id },
      { context: { idempotencyKey: 'quickstart-demo' } },
    ));
  const quiet: Progress = { ...progress, line: () => undefined };
  await followBuild(client, workspace.latest_build, quiet);
  await waitReady(client, workspace, undefined, quiet);
}

/**
 * Everything that `coder quickstart` does the first time: the owner, the session of this command line, the starter
 * templates and the workspace `demo`. Every step finds what an interrupted run has left and goes on from there.
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
  const before = fresh ? keepOther(places) : undefined;
  const record = fresh ? await createOwner(anonymous, places, env) : readOwn(places);
  if (!fresh && record?.complete !== false) return undefined;
  const client = await signIn(url, folder, record);
  if (client === undefined || record === undefined) return undefined;
  await publishStarters(client, progress);
  await startDemo(client, progress);
  writeRecord(folder, { ...record, complete: true });
  return {
    username: record.username,
    email: record.email,
    password: env.CODER_FIRST_USER_PASSWORD ? undefined : record.password,
    created: fresh,
    before,
  };
}
