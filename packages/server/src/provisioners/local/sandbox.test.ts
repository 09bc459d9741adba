import { describe, expect, it } from 'vitest';
import { chooseSandbox, RuntimeUnavailable } from './sandbox.ts';

const account = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1, own: false };

describe('choosing a sandbox', () => {
  it('refuses to do without when one is demanded, and says how to get it', () => {
    const choose = () => chooseSandbox('bwrap', account, () => undefined);
    expect(choose).toThrow(RuntimeUnavailable);
    expect(choose).toThrow(/install bubblewrap[\s\S]*--local-sandbox=none/);
  });

  it('does without when it may, and keeps the reason', () => {
    expect(chooseSandbox('auto', account, () => undefined)).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('not installed'),
    });
  });

  it('takes bubblewrap only where it works', () => {
    const broken = (name: string) => (name === 'bwrap' ? '/bin/false' : undefined);
    expect(chooseSandbox('auto', account, broken)).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('cannot make'),
    });
    expect(() => chooseSandbox('bwrap', account, broken)).toThrow('none that works');
  });

  it('uses none when told so, whatever is installed', () => {
    expect(chooseSandbox('none', account).kind).toBe('none');
  });
});
