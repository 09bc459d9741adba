import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCleaner, escapeControls, quote } from './safe-text.ts';

describe('text of a server', () => {
  it('cannot act on a terminal', () => {
    expect(escapeControls('\u001b[31mred\u0007 \u009b2J\u202eevil\u2028next\ud800')).toBe(
      '\\u{1b}[31mred\\u{7} \\u{9b}2J\\u{202e}evil\\u{2028}next\\u{d800}',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeControls(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('is quoted in one line of bounded length', () => {
    expect(quote('  a\n\tb ')).toBe('"a b"');
    expect(quote('x'.repeat(10_000))).toHaveLength(203);
  });

  it('is shown without secrets, those that became known later too', () => {
    const secrets = new Set(['first-secret']);
    const clean = createCleaner(secrets);
    secrets.add('second-secret');
    secrets.add('ok');
    expect(clean('ok: first-secret, second-secret, first-secret')).toBe('ok: [secret], [secret], [secret]');
  });
});
