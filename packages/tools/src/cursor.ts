import { ToolError } from './tool-error.ts';

/** The cursor of a page of a list: opaque to its callers, an offset to us. */
export function encodeCursor(offset: number): string {
  return Buffer.from(`o${offset}`).toString('base64url');
}

/** The offset in a cursor; 0 without one. */
export function decodeCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const match = /^o(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw new ToolError('cursor is not one that this tool gave. Leave it out to begin anew.');
  return Number(match[1]);
}
