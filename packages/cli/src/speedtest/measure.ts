import { randomUUID } from 'node:crypto';
import { type ApiClient, ApiError } from '@coder/api';
import { CliError } from '../cli-error.ts';
import { createIntervals, type Measured } from './intervals.ts';

export type { Measured } from './intervals.ts';

/** A file without content on disk, larger than what passes in the time of a test. */
const SPARSE_BYTES = 64 * 1024 ** 3;
const PART = new Uint8Array(256 * 1024);

/** Runs a command in the workspace to its end. */
async function run(client: ApiClient, agent: string, command: string): Promise<void> {
  const { process } = await client.processes.start({
    agent,
    command,
    wait_ms: 20_000,
    label: 'coder speedtest',
  });
  if (process.exit_code === 0) return;
  throw new CliError(
    `The workspace could not prepare the test ("${command}" failed). It needs the usual tools of a shell and room in /tmp.`,
  );
}

/** Reads from the workspace for so many milliseconds: a file of nothing, streamed by the agent as any download is. */
export async function measureDownload(client: ApiClient, agent: string, ms: number): Promise<Measured[]> {
  const path = `/tmp/.coder-speedtest-${randomUUID()}`;
  await run(client, agent, `truncate -s ${SPARSE_BYTES} ${path} || truncate -s ${1024 ** 3} ${path}`);
  try {
    const until = new AbortController();
    const response = await client.raw(`/workspaceagents/${agent}/files/download?path=${path}`, {
      signal: until.signal,
    });
    if (!response.body) throw new ApiError('INTERNAL', { message: 'The server sent no file.' });
    const intervals = createIntervals(ms);
    for await (const part of response.body) {
      if (!intervals.count(part.length)) break;
    }
    until.abort();
    return intervals.all();
  } finally {
    await client.files.remove({ agent, path }).catch(() => undefined);
  }
}

/** Writes to the input of a process in the workspace that throws it away, for so many milliseconds. */
export async function measureUpload(client: ApiClient, agent: string, ms: number): Promise<Measured[]> {
  const id = `speedtest-${randomUUID()}`;
  await client.processes.start({
    agent,
    id,
    command: 'cat >/dev/null',
    stdin: 'pipe',
    label: 'coder speedtest',
  });
  const intervals = createIntervals(ms);
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (intervals.count(PART.length)) controller.enqueue(PART);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  await client.raw(`/workspaceagents/${agent}/processes/${id}/stdin?close=true`, {
    method: 'POST',
    body,
    duplex: 'half',
  } as RequestInit);
  return intervals.all();
}
