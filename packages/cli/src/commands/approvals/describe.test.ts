import type { Approval } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { describeApproval } from './describe.ts';

const id = '0e201352-8568-4bf2-a1c0-6a80d727554a';
const approval = (more: Partial<Approval> = {}): Approval => ({
  id,
  class: 'commands',
  status: 'pending',
  user_id: id,
  username: 'ada',
  application: { id: 'app', name: 'Friendly\u202e' },
  token_name: null,
  via: 'mcp',
  tool: 'coder_workspace_bash',
  route: 'POST /workspaceagents/{agent}/processes',
  target: { type: 'workspace', id, name: 'ada/web' },
  facts: [{ name: 'agent', value: 'main' }],
  arguments: { cwd: '~', command: 'echo a\nWho  ada' },
  arguments_sha256: 'digest',
  ip: '10.0.0.1',
  user_agent: 'x/1\u0007',
  created_at: '2026-01-02T03:04:05Z',
  expires_at: '2026-01-02T03:14:05Z',
  decided_at: null,
  decided_by: null,
  used_at: null,
  reason: '',
  ...more,
});

describe('a request for approval', () => {
  it('is shown whole, and nothing in it can pose as what we say', () => {
    expect(describeApproval(approval())).toBe(
      `Run a command in ada/web
It runs as the user of the workspace, who can reach its files and its network.

command:
  | echo a
  | Who  ada

cwd:
  | ~

Status   waits for a decision
Who      the application Friendly[U+202E]
For      ada
agent    main
How      MCP, tool coder_workspace_bash
Route    POST /workspaceagents/{agent}/processes
Address  10.0.0.1
Program  x/1[U+0007]
Asked    2026-01-02T03:04:05Z
Until    2026-01-02T03:14:05Z
Id       ${id}`,
    );
  });

  it('says who asked without an application, and how it ended', () => {
    const text = describeApproval(
      approval({
        application: null,
        token_name: 'ci',
        via: 'api',
        tool: null,
        status: 'denied',
        decided_at: '2026-01-02T03:05:05Z',
        decided_by: 'ada',
        reason: 'no',
      }),
    );
    expect(text).toMatch(/Who +the token ci\n/);
    expect(text).toMatch(/How +REST API\n/);
    expect(text).toMatch(/Decided +2026-01-02T03:05:05Z by ada\nReason +no\n/);
  });
});
