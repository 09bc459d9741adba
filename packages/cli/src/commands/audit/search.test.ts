import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addSearchFlags, searchOf } from './search.ts';

const searchFor = (...args: string[]) =>
  searchOf(addSearchFlags(new Command('x')).parse(args, { from: 'user' }).opts());

describe('the search of the audit log', () => {
  it.each([
    [[], undefined],
    [['--action', 'delete'], 'action:"delete"'],
    [
      ['--resource-type', 'mcp_tool', '--username', 'ada', '--date-from', '2026-01-31'],
      'username:"ada" resource_type:"mcp_tool" date_from:"2026-01-31"',
    ],
    [['-q', ' action:start ', '--email', 'a@b.c'], 'action:start email:"a@b.c"'],
    [['--resource-target', 'a" action:"delete'], 'resource_target:"a action:delete"'],
    [
      ['--application', 'Claude Code', '--tool', 'coder_workspace_bash', '--workspace', 'ada/web'],
      'application:"Claude Code" tool:"coder_workspace_bash" workspace:"ada/web"',
    ],
    [['--token-name', 'ci'], 'token:"ci"'],
    [['--build-reason=autostart', '--request-id', 'r'], 'request_id:"r" build_reason:"autostart"'],
  ])('of %j is %j', (args, search) => {
    expect(searchFor(...args)).toBe(search);
  });
});
