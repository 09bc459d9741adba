import type { FileListInput, FileReadLinesInput, FileSearchInput } from '@coder/api/agent';

/**
 * How long an answer may be. What lies in a workspace is not the agent's doing: where its size depends on that, a longer answer
 * fails its call. Any other longer answer is none that was agreed, and ends the link.
 */
export type AnswerLimit = { readonly bytes: number; readonly over: 'refuse' | 'close' };

const KIB = 1024;
const MIB = 1024 * KIB;
/** Reading JSON holds up everybody else: nothing that is asked for makes it longer. */
const LONGEST = 16 * MIB;

const upTo = (bytes: number): AnswerLimit => ({ bytes: Math.min(bytes, LONGEST), over: 'refuse' });

/** An answer whose fields all have a known length. */
export const SHORT: AnswerLimit = { bytes: 256 * KIB, over: 'close' };
/** A sample of an hour's measurements. */
export const STATS: AnswerLimit = { bytes: MIB, over: 'close' };
/** What people and programs have made in the workspace: ports, terminals, entries that were left out. */
export const SOME = upTo(MIB);
/** A process, with a command of any length. */
export const PROCESS = upTo(4 * MIB);
export const PROCESS_LIST = upTo(8 * MIB);
export const EDITED = upTo(LONGEST);

/** So much output of a process; in JSON a byte may take six. */
export const outputLimit = (bytes: unknown): AnswerLimit => upTo(4 * MIB + 8 * (Number(bytes) || 64 * KIB));
export const linesLimit = ({ max_bytes = 32 * KIB, limit = 2_000 }: FileReadLinesInput): AnswerLimit =>
  upTo(256 * KIB + 2 * max_bytes + 16 * limit);
export const listLimit = ({ limit = 1_000 }: FileListInput): AnswerLimit => upTo(MIB + 2 * KIB * limit);
export const searchLimit = ({ limit = 100, max_line_bytes = 256 }: FileSearchInput): AnswerLimit =>
  upTo(MIB + limit * (2 * KIB + 6 * max_line_bytes));
/** The bytes themselves, no more than were asked for but for the rest of a character. */
export const bytesLimit = (asked = MIB): AnswerLimit => ({ bytes: asked + KIB, over: 'close' });
