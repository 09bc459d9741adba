import { serve } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

// The reference: the SDK's server with one tool, no authentication, nothing behind it.
const input = z.object({});
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bare', version: '1.0.0' });
  server.registerTool(
    'whoami',
    { title: 'Who am I', description: 'The same answer.', inputSchema: input },
    async () => ({
      content: [
        {
          type: 'text' as const,
          text: JSON.stringify({ id: 'x', username: 'ada', email: 'ada@example.com' }),
        },
      ],
    }),
  );
  return server;
});

serve({ fetch: (request) => handler.fetch(request), port: 0, hostname: '127.0.0.1' }, (info) => {
  console.log(`http://127.0.0.1:${info.port}/mcp`);
});
