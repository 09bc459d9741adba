import { capabilityIds, expandScopes, publicScopes, suggestedScopes } from '@coder/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capabilitiesOf, grantedScopes } from './capabilities.ts';

const permissions = (scopes: readonly string[]) => {
  const expanded = expandScopes(scopes);
  return expanded === 'all' ? ['everything'] : [...expanded].sort();
};

describe('what is granted', () => {
  it('is never more than was asked for', () => {
    fc.assert(
      fc.property(fc.subarray([...publicScopes]), fc.subarray([...capabilityIds]), (requested, allowed) => {
        const asked = expandScopes(requested);
        const granted = expandScopes(grantedScopes(requested, allowed));
        if (asked === 'all') return;
        expect(granted).not.toBe('all');
        for (const permission of granted) expect(asked.has(permission as never)).toBe(true);
      }),
    );
  });

  it('is what was asked for when all of it is allowed', () => {
    fc.assert(
      fc.property(fc.subarray([...publicScopes]), (requested) => {
        const granted = grantedScopes(requested, capabilityIds);
        const lost = permissions(requested).filter(
          (permission) => !permissions(granted).includes(permission),
        );
        // Reads without a name of their own come only with a composite.
        for (const permission of lost) expect(publicScopes).not.toContain(permission);
      }),
    );
  });

  it('with looking alone changes nothing and enters nothing', () => {
    expect(
      permissions(grantedScopes(suggestedScopes, ['look'])).every((p) => /:(read|view_insights)$/.test(p)),
    ).toBe(true);
  });

  it('with everything asked but not allowed is not everything', () => {
    expect(grantedScopes(['coder:all'], ['look', 'work'])).not.toContain('coder:all');
    expect(permissions(grantedScopes(['coder:all'], ['work']))).not.toContain('workspace:delete');
    expect(grantedScopes(['coder:all'], ['everything'])).toEqual(['coder:all']);
  });
});

describe('what is offered', () => {
  it('begins with neither deleting nor templates nor everything', () => {
    const suggested = capabilitiesOf(['coder:all']).filter((capability) => capability.suggested);
    expect(suggested.map(({ id }) => id)).toEqual(['look', 'operate', 'work']);
  });
});
