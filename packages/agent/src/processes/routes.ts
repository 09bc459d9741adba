import {
  encodeFrame,
  OutputQuery,
  ProcessFrame,
  ProcessListQuery,
  ProcessQuery,
  SignalProcess,
  StartProcess,
  StdinQuery,
  StreamQuery,
  TerminalSize,
} from '@coder/api/agent';
import { AgentFault } from '../fault.ts';
import { bodyParts } from '../http/body.ts';
import { parse } from '../http/parse.ts';
import { type AgentRequest, writeWithBackpressure } from '../http/request.ts';
import type { Route } from '../http/server.ts';
import { presentOutput } from './output-log.ts';
import type { ManagedProcess } from './process.ts';
import type { ProcessRegistry } from './registry.ts';

const STREAM_PART = 256 * 1024;
const FOREVER_MS = 2_147_483_647;

export function processRoutes(registry: ProcessRegistry): Route[] {
  const find = (request: AgentRequest) => registry.get(request.params.id as string);
  return [
    {
      method: 'POST',
      path: '/v1/processes',
      async handler(request) {
        const { value, whole } = await request.jsonAhead();
        return { body: await registry.start(parse(StartProcess, value), request.signal, { after: whole }) };
      },
    },
    {
      method: 'GET',
      path: '/v1/processes',
      handler: (request) => ({ body: registry.list(parse(ProcessListQuery, request.query).state) }),
    },
    {
      method: 'GET',
      path: '/v1/processes/:id',
      async handler(request) {
        const process = find(request);
        await process.waitEnd(parse(ProcessQuery, request.query).wait_ms, request.signal);
        return { body: process.describe() };
      },
    },
    {
      method: 'GET',
      path: '/v1/processes/:id/output',
      async handler(request) {
        const process = find(request);
        const query = parse(OutputQuery, request.query);
        if (query.wait_for === 'end') await process.waitEnd(query.wait_ms, request.signal);
        else await process.waitOutput(query.after, query.wait_ms, request.signal);
        // Whether it runs is asked first: output may come in between, never after the end.
        const ended = !process.running;
        const slice = process.output.read(query.after, query.limit, query.keep);
        return {
          body: {
            process: process.describe(),
            output: presentOutput(slice, query.encoding, process.output.size, ended),
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/v1/processes/:id/stream',
      handler: (request) => streamOutput(request, find(request)),
    },
    {
      method: 'POST',
      path: '/v1/processes/:id/stdin',
      handler: (request) => writeStdin(request, find(request)),
    },
    {
      method: 'POST',
      path: '/v1/processes/:id/signal',
      async handler(request) {
        const process = find(request);
        const signal = parse(SignalProcess, await request.json());
        await process.signal(signal);
        await process.waitEnd(signal.wait_ms, request.signal);
        return { body: process.describe() };
      },
    },
    {
      method: 'POST',
      path: '/v1/processes/:id/resize',
      async handler(request) {
        const process = find(request);
        process.resize(parse(TerminalSize, await request.json()));
        return { body: process.describe() };
      },
    },
  ];
}

async function streamOutput(request: AgentRequest, process: ManagedProcess): Promise<undefined> {
  const { stream, signal } = request;
  let cursor = parse(StreamQuery, request.query).after;
  stream.respond({ ':status': 200, 'content-type': 'application/octet-stream' });
  while (!signal.aborted) {
    const ended = !process.running;
    const slice = process.output.read(cursor, STREAM_PART, 'head');
    for (const gap of slice.gaps)
      await writeWithBackpressure(stream, encodeFrame(ProcessFrame.gap, JSON.stringify(gap)));
    for (const chunk of slice.chunks) {
      if (!(await writeWithBackpressure(stream, encodeFrame(ProcessFrame[chunk.stream], chunk.data))))
        return undefined;
    }
    cursor = slice.next;
    if (cursor < process.output.size) continue;
    if (ended) break;
    await process.waitOutput(cursor, FOREVER_MS, signal);
  }
  if (!signal.aborted) stream.end(encodeFrame(ProcessFrame.exit, JSON.stringify(process.describe())));
  return undefined;
}

async function writeStdin(request: AgentRequest, process: ManagedProcess) {
  const { close } = parse(StdinQuery, request.query);
  let bytes = 0;
  for await (const part of bodyParts(request.stream)) {
    const stdin = process.stdin();
    if (!process.running || !stdin || stdin.destroyed) {
      throw new AgentFault(
        process.running ? 'stdin_closed' : 'not_running',
        process.running
          ? `The input of process "${process.id}" is closed. Start the command with stdin "pipe" to write to it.`
          : `The process "${process.id}" has ended; it takes no input.`,
      );
    }
    bytes += part.length;
    if (!stdin.write(part)) await drained(stdin, process, request.signal);
  }
  if (close) process.closeStdin();
  return { body: { bytes, process: process.describe() } };
}

/** Waits until the process has read what was written, has ended, or the caller has gone. */
function drained(stdin: NodeJS.WritableStream, process: ManagedProcess, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stop = () => over.abort();
  return new Promise<void>((resolve) => {
    stdin.once('drain', stop);
    stdin.once('close', stop);
    signal.addEventListener('abort', stop, { once: true });
    void process.waitEnd(FOREVER_MS, over.signal).then(() => {
      stdin.off('drain', stop);
      stdin.off('close', stop);
      signal.removeEventListener('abort', stop);
      resolve();
    });
  });
}
