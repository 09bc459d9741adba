import { expect, it } from 'vitest';
import { viaOf } from './via.ts';

it.each([
  [{}, { kind: 'api', tool: undefined, approvalWaitMs: 0 }],
  [{ 'coder-via': 'mcp' }, { kind: 'mcp', tool: undefined }],
  [{ 'coder-via': 'mcp; tool=coder_workspace_bash' }, { kind: 'mcp', tool: 'coder_workspace_bash' }],
  [
    { 'coder-via': `mcp; tool=fetch; call=${'0'.repeat(36)}; arguments=${'a'.repeat(64)}` },
    { kind: 'mcp', tool: 'fetch', call: { id: '0'.repeat(36), argumentsDigest: 'a'.repeat(64) } },
  ],
  [{ 'coder-via': 'mcp; tool=fetch; call=one; arguments=two' }, { kind: 'mcp', tool: undefined }],
  // A name that is none is not passed on to whoever decides; the call is a program's all the same.
  [{ 'coder-via': 'mcp; tool=<b>harmless</b>' }, { kind: 'mcp', tool: undefined }],
  [{ 'coder-via': 'dashboard' }, { kind: 'api', tool: undefined }],
  [{ 'coder-approval-wait': '1500' }, { approvalWaitMs: 1_500 }],
  [{ 'coder-approval-wait': '99999999' }, { approvalWaitMs: 45_000 }],
  [{ 'coder-approval-wait': '-5' }, { approvalWaitMs: 0 }],
  [{ 'coder-approval-wait': 'soon' }, { approvalWaitMs: 0 }],
])('reads from %j by what a call comes', (headers, expected) => {
  expect(viaOf(new Headers(headers as Record<string, string>))).toMatchObject(expected);
});
