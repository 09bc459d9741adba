import { expect } from 'vitest';
import type { Deployment } from './deployment.ts';

/** Runs `coder` as the owner of a deployment that is there when it is called. */
export function outcomesOf(deployment: () => Deployment) {
  return {
    /** Gives what a command prints; it must succeed. */
    async ok(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await deployment().coder(args);
      expect(code, stderr).toBe(0);
      return stdout;
    },
    /** Gives what a command says to explain why it does nothing; it must fail. */
    async refused(...args: string[]): Promise<string> {
      const { code, stderr } = await deployment().coder(args);
      expect(code, args.join(' ')).toBe(1);
      return stderr;
    },
  };
}
