import { describe, expect, it } from 'vitest';
import { limitSettings } from './settings.ts';

const all = ['cpu', 'memory', 'pids'];
const none = { cpuCores: null, memoryBytes: null, diskBytes: null, processes: null };
const texts = (settings: readonly { file: string; value: string }[]) =>
  settings.map(({ file, value }) => `${file}=${value}`);

describe('cgroup settings', () => {
  it('sets limits in version 2', () => {
    const limits = { cpuCores: 1.5, memoryBytes: 1024, diskBytes: null, processes: 9 };
    expect(texts(limitSettings(2, all, limits))).toEqual([
      'pids.max=9',
      'cpu.max=150000 100000',
      'memory.max=1024',
      'memory.swap.max=0',
    ]);
  });

  it('sets limits in version 1, never with less swap than memory in between', () => {
    const limits = { cpuCores: 0.5, memoryBytes: 1024, diskBytes: null, processes: null };
    expect(texts(limitSettings(1, all, limits))).toEqual([
      'pids.max=max',
      'cpu.cfs_period_us=100000',
      'cpu.cfs_quota_us=50000',
      'memory.memsw.limit_in_bytes=-1',
      'memory.limit_in_bytes=1024',
      'memory.memsw.limit_in_bytes=1024',
    ]);
  });

  it('takes limits away that an earlier build had', () => {
    expect(texts(limitSettings(2, all, none))).toEqual([
      'pids.max=max',
      'cpu.max=max 100000',
      'memory.max=max',
      'memory.swap.max=max',
    ]);
    expect(texts(limitSettings(1, ['cpu'], none))).toContain('cpu.cfs_quota_us=-1');
  });

  it('leaves alone what is not there', () => {
    expect(limitSettings(2, ['pids'], { ...none, memoryBytes: 5 })).toHaveLength(1);
  });
});
