import { APPROVAL_WAIT_HEADER, MAX_REQUEST_WAIT_MS, VIA_HEADER } from '@coder/api';
import type { CallIntent } from './call-intent.ts';

/** By what a call comes: straight from whoever holds the token, or from a program that serves MCP with it. */
export type Via = {
  readonly kind: 'api' | 'mcp';
  /** The tool that was called, as the program says. */
  readonly tool: string | undefined;
  /** Which of its calls, as the program says. */
  readonly call?: { readonly id: string; readonly argumentsDigest: string } | undefined;
  /** How long the call may be held while a person decides about it, in milliseconds. */
  readonly approvalWaitMs: number;
  /** The row of the tool call, to be written before its first effect. */
  readonly intent?: CallIntent | undefined;
};

const toolCall =
  /^mcp\s*;\s*tool=([A-Za-z0-9_.-]{1,128})\s*(?:;\s*call=([0-9a-f-]{36})\s*;\s*arguments=([0-9a-f]{64})\s*)?$/;

/** What the headers of a call say. They can only make it be treated more strictly, so anybody may send them. */
export function viaOf(headers: Headers): Via {
  const via = headers.get(VIA_HEADER)?.trim() ?? '';
  const wait = Number(headers.get(APPROVAL_WAIT_HEADER) ?? 0);
  const [, tool, id, argumentsDigest] = toolCall.exec(via) ?? [];
  return {
    kind: /^mcp\b/.test(via) ? 'mcp' : 'api',
    tool,
    ...(id !== undefined && argumentsDigest !== undefined ? { call: { id, argumentsDigest } } : {}),
    approvalWaitMs: Number.isFinite(wait) ? Math.min(Math.max(0, wait), MAX_REQUEST_WAIT_MS) : 0,
  };
}
