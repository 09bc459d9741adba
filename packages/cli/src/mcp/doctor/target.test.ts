import { MCP_PATH } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { parseTarget } from './target.ts';

describe('what is typed', () => {
  it.each([
    ['coder.example.com', 'https://coder.example.com', `https://coder.example.com${MCP_PATH}`],
    ['https://coder.example.com/', 'https://coder.example.com', `https://coder.example.com${MCP_PATH}`],
    [
      `https://coder.example.com${MCP_PATH}?toolset=readonly`,
      'https://coder.example.com',
      `https://coder.example.com${MCP_PATH}?toolset=readonly`,
    ],
    [
      `https://coder.example.com${MCP_PATH}/`,
      'https://coder.example.com',
      `https://coder.example.com${MCP_PATH}/`,
    ],
    ['https://example.com/coder/', 'https://example.com/coder', `https://example.com/coder${MCP_PATH}`],
    ['localhost:3000', 'http://localhost:3000', `http://localhost:3000${MCP_PATH}`],
    ['[::1]:3000', 'http://[::1]:3000', `http://[::1]:3000${MCP_PATH}`],
    [' http://10.0.0.5:3000 ', 'http://10.0.0.5:3000', `http://10.0.0.5:3000${MCP_PATH}`],
  ])('%s is understood', (given, url, mcpUrl) => {
    expect(parseTarget(given)).toMatchObject({ url, mcpUrl });
  });

  it.each(['ftp://coder.example.com', 'https://', '', 'javascript:alert(1)'])('%j is refused', (given) => {
    expect(() => parseTarget(given)).toThrow('is not an address. Write it like https://coder.example.com.');
  });

  it('is refused with a password in it', () => {
    expect(() => parseTarget('https://ada:secret@coder.example.com')).toThrow(
      'Leave them out; give --token instead.',
    );
  });
});
