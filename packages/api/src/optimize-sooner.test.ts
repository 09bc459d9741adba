import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { optimizeSooner } from './optimize-sooner.ts';

test('sets what the engine knows, some seconds after the start', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  const set: string[] = [];
  vi.useFakeTimers();
  try {
    optimizeSooner((flag) => {
      set.push(flag);
      setFlagsFromString(flag);
    });
    vi.advanceTimersByTime(4_999);
    expect(set).toEqual([]);
    vi.advanceTimersByTime(1);
  } finally {
    vi.useRealTimers();
  }
  expect(set).toHaveLength(3);
  // Of a setting that is unknown the engine only says so, in every server and agent.
  for (const flag of set) expect(known).toContain(`${flag.split('=')[0]} (`);
});
