import { expect, test } from 'vitest';
import { updateTemplateSchema } from './templates.ts';

test('the times of a template are bounded, so that each deadline made of them is a date', () => {
  const times = [
    'default_ttl_ms',
    'activity_bump_ms',
    'failure_ttl_ms',
    'time_til_dormant_ms',
    'time_til_dormant_autodelete_ms',
  ] as const;
  for (const time of times) {
    expect(updateTemplateSchema.safeParse({ [time]: 0 }).success).toBe(true);
    expect(updateTemplateSchema.safeParse({ [time]: 30 * 86_400_000 }).success).toBe(true);
    const huge = updateTemplateSchema.safeParse({ [time]: Number.MAX_SAFE_INTEGER });
    expect(huge.error?.issues).toMatchObject([
      { path: [time], message: expect.stringMatching(/at most \d+ days/) },
    ]);
  }
});
