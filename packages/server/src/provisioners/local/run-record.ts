import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isAlive, type ProcessIdentity } from './process-table.ts';

/** What was started for a workspace, written down before it could do anything. */
export interface RunRecord {
  version: 1;
  buildId: string;
  sandbox: 'bwrap' | 'none';
  /** ISO 8601. */
  startedAt: string;
  /** Whether all agents have said that they work. Until then they are of no use to a server that comes later. */
  begun: boolean;
  agents: readonly { id: string; name: string; process: ProcessIdentity }[];
}

/** Reads a record; undefined when there is none, or when what is there cannot be one. */
export async function readRecord(file: string): Promise<RunRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as RunRecord;
    return record.version === 1 && Array.isArray(record.agents) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** A reader sees the old record or the new one, never half of one. */
export async function writeRecord(file: string, record: RunRecord): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function removeRecord(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Those of a record's agents that live. */
export function livingAgents(record: RunRecord | undefined): number[] {
  return (record?.agents ?? []).filter((agent) => isAlive(agent.process)).map((agent) => agent.process.pid);
}
