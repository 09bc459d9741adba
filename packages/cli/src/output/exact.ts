import { visibleText } from '@coder/api';

/**
 * A text that a stranger wrote, as the lines of a terminal: all of it, with what would not show or would move the cursor
 * named in brackets.
 */
export function exactLines(text: string): string[] {
  let line = '';
  const lines: string[] = [];
  for (const part of visibleText(text)) {
    if (part.kind === 'break') {
      lines.push(line);
      line = '';
    } else line += part.kind === 'plain' ? part.text : `[${part.name}]`;
  }
  return [...lines, line];
}
