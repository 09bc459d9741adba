import type { ToolResult } from './tool.ts';

/** Above this many characters a result is sent once, as text, and not a second time as structured content. */
const STRUCTURED_LIMIT = 4_096;

/** A result as compact JSON; a small object also as structured content, for clients that read it by program. */
export function jsonResult(value: unknown): ToolResult {
  const text = JSON.stringify(value);
  const structured = isRecord(value) && text.length <= STRUCTURED_LIMIT;
  return {
    content: [{ type: 'text', text }],
    // Parsed again, so that both are the same JSON: no undefined, no dates.
    ...(structured ? { structuredContent: JSON.parse(text) as Record<string, unknown> } : {}),
  };
}

/**
 * As {@link jsonResult}, with base64 as `content`: nothing in it needs an escape, and to look for one takes 1.5 ms for
 * each mebibyte of a file. Only for what the server has encoded itself.
 */
export function base64Result(content: string, about: Record<string, unknown>): ToolResult {
  if (content.length <= STRUCTURED_LIMIT) return jsonResult({ content, ...about });
  return { content: [{ type: 'text', text: `{"content":"${content}",${JSON.stringify(about).slice(1)}` }] };
}

/** A text exactly as it is, and beside it, when there is one, a note about it. */
export function textResult(text: string, note?: string): ToolResult {
  return {
    content: [
      { type: 'text', text },
      ...(note === undefined || note === '' ? [] : [{ type: 'text' as const, text: note }]),
    ],
  };
}

/** A result that tells the model what went wrong and what to do next. */
export function errorResult(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
