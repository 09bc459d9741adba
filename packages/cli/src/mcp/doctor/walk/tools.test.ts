import { MCP_PATH } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { at, diagnose } from '../testing/diagnose.ts';
import { json } from '../testing/replies.ts';

describe('the tools', () => {
  const withTools = (tools: unknown[], query = '') =>
    at(MCP_PATH, (reply, seen) =>
      seen.body.includes('"tools/list"') && seen.query.toString() === query
        ? json({ jsonrpc: '2.0', id: 1, result: { tools } })
        : reply,
    );
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `tool_${index}`,
      title: 'Tool',
      annotations: { readOnlyHint: false },
    }));

  it('are counted as each client counts', async () => {
    const some = await diagnose({ answer: withTools(many(41)) });
    expect(some.told('cursor', 'warning')).toEqual([
      expect.stringContaining('41 tools are listed, and Cursor works well with up to 40'),
    ]);
    expect(some.told('vscode', 'warning')).toEqual([]);
    const more = await diagnose({ answer: withTools(many(129)) });
    expect(more.told('vscode', 'warning')).toEqual([expect.stringContaining('a model at most 128')]);
    expect(more.told('claude', 'ok').join()).toContain('none of which is safe to call unasked');
  });

  it('have titles and hints for claude.ai, and names that fit', async () => {
    const long = { name: 'x'.repeat(65), title: 'Long', annotations: { readOnlyHint: true } };
    const { told } = await diagnose({ answer: withTools([{ name: 'bare' }, long]) });
    expect(told('claude', 'warning')).toEqual([
      expect.stringContaining('1 tool (bare) without a title or without readOnlyHint and destructiveHint'),
      expect.stringContaining('with a name of more than 64 characters'),
    ]);
    expect(told('cursor', 'warning')).toEqual([expect.stringContaining('longer than 60 characters')]);
  });

  it('are search and fetch for ChatGPT', async () => {
    const { told } = await diagnose({ answer: withTools([{ name: 'search' }], 'toolset=chatgpt') });
    expect(told('chatgpt', 'warning')).toEqual([
      expect.stringContaining('With ?toolset=chatgpt the tool fetch is not listed'),
    ]);
  });

  it('that fail are told with their words', async () => {
    const failing = at(MCP_PATH, (reply, { body }) =>
      body.includes('"tools/call"')
        ? json({ jsonrpc: '2.0', id: 1, result: { isError: true, content: [{ text: 'It is broken.' }] } })
        : reply,
    );
    const { told } = await diagnose({ answer: failing });
    expect(told('vscode', 'warning')).toEqual([expect.stringContaining('It is broken.')]);
    const unknown = at(MCP_PATH, (reply, { body }) =>
      body.includes('"initialize"') && reply.status === 200
        ? json({ jsonrpc: '2.0', id: 1, error: { code: -32_603, message: 'no' } })
        : reply,
    );
    expect((await diagnose({ answer: unknown })).told('vscode', 'problem')).toEqual([
      'tools: Connecting with 2025-11-25 ends with the error -32603, "no". → Look into the log of the server, and check that it is recent enough.',
    ]);
  });

  it('are not understood in anything but JSON and streams', async () => {
    const plain = at(MCP_PATH, (reply) =>
      reply.status === 200 ? { ...reply, headers: { 'content-type': 'text/plain' } } : reply,
    );
    const { told } = await diagnose({ answer: plain });
    expect(told('cursor', 'problem')).toEqual([
      expect.stringContaining(
        'tools: Connecting with 2025-11-25 failed: the MCP endpoint was answered in a way that no client understands (HTTP 200, "text/plain").',
      ),
    ]);
  });

  it('come in a stream of events as well', async () => {
    const streamed = at(MCP_PATH, (reply) =>
      reply.status === 200 && reply.body.startsWith('{"jsonrpc"')
        ? {
            status: 200,
            headers: { 'content-type': 'text/event-stream' },
            body: `: hello\n\nevent: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\ndata: ${reply.body}\n\n`,
          }
        : reply,
    );
    const { report } = await diagnose({ answer: streamed });
    expect(report.connects).toBe(true);
    expect(JSON.stringify(report.clients)).toContain('lists 2 tools and calls coder_get_authenticated_user');
  });
});
