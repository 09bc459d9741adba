import { chatgpt } from './chatgpt.ts';
import { claude } from './claude.ts';
import { cursor } from './cursor.ts';
import type { ClientProfile } from './profile.ts';
import { vscode } from './vscode.ts';

export type { ClientProfile } from './profile.ts';

/** The clients as which a deployment is walked, in the order of the report. */
export const profiles: readonly ClientProfile[] = [claude, chatgpt, cursor, vscode];
