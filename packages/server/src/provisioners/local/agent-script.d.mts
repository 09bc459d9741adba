import type { Script } from 'node:vm';

export function codeFile(entry: string): string;
export function agentScript(entry: string, code?: Buffer): { script: Script; run(): unknown };
