import { describe, expect, it } from 'vitest';
import { agentHealth, agentStatus } from './status.ts';

const at = (seconds: number) => new Date(1_000_000 + seconds * 1000);
const never = { first_connected_at: null, last_connected_at: null, disconnected_at: null };
const made = { created_at: at(0), connection_timeout_seconds: 120 };

describe('agentStatus', () => {
  it('is connecting until the connection timeout has passed, then timeout', () => {
    expect(agentStatus({ ...made, ...never }, at(120))).toBe('connecting');
    expect(agentStatus({ ...made, ...never }, at(121))).toBe('timeout');
    expect(agentStatus({ ...made, ...never, connection_timeout_seconds: 0 }, at(99_999))).toBe('connecting');
  });

  it('is connected while heartbeats come, and disconnected once they stop or the link is closed', () => {
    const linked = { ...made, first_connected_at: at(1), last_connected_at: at(100), disconnected_at: null };
    expect(agentStatus(linked, at(130))).toBe('connected');
    expect(agentStatus(linked, at(131))).toBe('disconnected');
    expect(agentStatus(linked, at(131), 60_000)).toBe('connected');
    expect(agentStatus({ ...linked, disconnected_at: at(100) }, at(101))).toBe('disconnected');
    expect(agentStatus({ ...linked, disconnected_at: at(99) }, at(101))).toBe('connected');
  });
});

describe('agentHealth', () => {
  it('names what is wrong', () => {
    expect(agentHealth('connected', 'ready')).toEqual({ healthy: true });
    expect(agentHealth('connected', 'start_timeout')).toEqual({ healthy: true });
    expect(agentHealth('connecting', 'created')).toEqual({ healthy: true });
    expect(agentHealth('connected', 'start_error').reason).toContain('startup script');
    expect(agentHealth('disconnected', 'ready').reason).toContain('lost its connection');
    expect(agentHealth('disconnected', 'off').reason).toContain('not running');
    expect(agentHealth('timeout', 'created').reason).toContain('too long');
    expect(agentHealth('connected', 'shutting_down').reason).toContain('shutting down');
  });
});
