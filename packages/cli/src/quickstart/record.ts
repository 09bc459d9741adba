import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigFile, putConfigFileAside, writeConfigFile } from '../session/config-folder.ts';

/** A file with what quickstart knows of one deployment's owner. That of the latest first run is `quickstart.json`. */
export type RecordFile = Extract<ConfigFile, `quickstart${string}`>;

/** What stood in `quickstart.json` before a first run, and where that is kept; only where, when it could not be read. */
export type Before = { kept: string; url?: string; email?: string; data_dir?: string };

/** What quickstart remembers of its first run; `complete` once every step is done, so that a broken run is taken up again. */
export type QuickstartRecord = {
  /** Tells one deployment from another; records of earlier versions have none. */
  deployment_id?: string;
  url: string;
  data_dir?: string;
  email: string;
  username: string;
  password: string;
  /** The password is not of our making, so its owner need not be told it. */
  is_password_chosen?: boolean;
  complete: boolean;
  /** Kept until the first run is complete, when it is said. */
  before?: Before;
};

const CURRENT: RecordFile = 'quickstart.json';

/** The record in a file: undefined when there is no such file or it is empty, 'damaged' when it cannot be understood. */
export function readRecord(
  folder: string,
  file: RecordFile = CURRENT,
): QuickstartRecord | 'damaged' | undefined {
  try {
    const text = readFileSync(join(folder, file), 'utf8');
    if (text.trim() === '') return undefined;
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : 'damaged';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'damaged';
  }
}

function isRecord(value: unknown): value is QuickstartRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { url, email, username, password, complete } = value as Partial<
    Record<keyof QuickstartRecord, unknown>
  >;
  return (
    [url, email, username, password].every((part) => typeof part === 'string') &&
    typeof complete === 'boolean'
  );
}

export function writeRecord(folder: string, file: RecordFile, record: QuickstartRecord): void {
  writeConfigFile(folder, file, `${JSON.stringify(record, null, 2)}\n`);
}

/** A record and the file that holds it. */
export type FoundRecord = { file: RecordFile; record: QuickstartRecord };

/** What is known of this very deployment, also where a later first run of another one has put it aside. */
export function ownRecord(folder: string, deploymentId: string): FoundRecord | undefined {
  for (const file of recordFiles(folder)) {
    const record = readRecord(folder, file);
    if (record !== undefined && record !== 'damaged' && record.deployment_id === deploymentId)
      return { file, record };
  }
  return undefined;
}

/** Writes that a first run is complete, where its record is by now: another deployment's, beside it, may have put it aside. */
export function writeCompleted(folder: string, { file, record }: FoundRecord): FoundRecord {
  const { before: _, ...rest } = record;
  const own = rest.deployment_id === undefined ? undefined : ownRecord(folder, rest.deployment_id);
  const completed = { file: own?.file ?? file, record: { ...rest, complete: true } };
  writeRecord(folder, completed.file, completed.record);
  return completed;
}

/** `quickstart.json` first, then what was put aside, the latest first. */
function recordFiles(folder: string): RecordFile[] {
  return listed(folder)
    .map((name) => ({ name, number: /^quickstart-([1-9]\d*)\.json$/.exec(name)?.[1] }))
    .filter(({ name, number }) => name === CURRENT || number !== undefined)
    .sort(
      (a, b) => Number(b.number ?? Number.POSITIVE_INFINITY) - Number(a.number ?? Number.POSITIVE_INFINITY),
    )
    .map(({ name }) => name as RecordFile);
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nothing was kept yet.
    return [];
  }
}

/** A deployment's owner, and the file with the password. */
export type KnownOwner = { email: string; kept: string };

/** The owner of this very deployment, as far as a record tells. */
export function knownOwner(folder: string, deploymentId: string): KnownOwner | undefined {
  const own = ownRecord(folder, deploymentId);
  return own && { email: own.record.email, kept: join(folder, own.file) };
}

/** Where to find what a record tells of its deployment. */
function beforeOf(folder: string, { file, record }: FoundRecord): Before {
  const { url, email, data_dir } = record;
  return { kept: join(folder, file), url, email, ...(data_dir === undefined ? {} : { data_dir }) };
}

/**
 * What a first run says of another deployment at its end. One that goes on in a file that was put aside signs the command
 * line in where `quickstart.json` is of another deployment, and stays.
 */
export function toldBefore(folder: string, { file, record }: FoundRecord): Before | undefined {
  const current = file === CURRENT ? undefined : readRecord(folder);
  if (record.before || current === undefined || current === 'damaged') return record.before;
  return beforeOf(folder, { file: CURRENT, record: current });
}

/** Puts `quickstart.json` aside when it cannot be understood; it may hold a password nonetheless. */
export function putDamagedAside(folder: string): Before | undefined {
  return readRecord(folder) === 'damaged' ? { kept: putConfigFileAside(folder, CURRENT) } : undefined;
}

/** What a first run finds when it is about to make an owner. */
export type Room = {
  /** What an interrupted first run of this very deployment has written before it made its owner. */
  begun?: QuickstartRecord;
  before?: Before;
};

/**
 * Makes room in `quickstart.json` for the record of a new owner. Only what was begun for this very deployment, whose
 * owner was never made, may be replaced; anything else is put aside, as the password in it may stand nowhere else.
 */
export function makeRoom(folder: string, deploymentId: string): Room {
  const record = readRecord(folder);
  if (record === undefined) return {};
  if (record === 'damaged') return { before: { kept: putConfigFileAside(folder, CURRENT) } };
  if (record.deployment_id === deploymentId && !record.complete)
    return { begun: record, ...(record.before === undefined ? {} : { before: record.before }) };
  const kept = putConfigFileAside(folder, CURRENT);
  return { before: { ...beforeOf(folder, { file: CURRENT, record }), kept } };
}
