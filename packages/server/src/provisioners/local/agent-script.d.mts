import type { Script } from 'node:vm';

export function codeFile(entry: string): string;
export function sealed(code: Buffer): Buffer;
export function agentScript(entry: string, kept?: Buffer): { script: Script; run(): unknown };
