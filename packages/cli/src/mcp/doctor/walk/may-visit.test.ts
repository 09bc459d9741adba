import { describe, expect, it } from 'vitest';
import { publicUrl } from '../testing/diagnose.ts';
import { mayNotVisit } from './may-visit.ts';

describe('what a server may send us to', () => {
  const target = {
    url: publicUrl,
    mcpUrl: publicUrl,
    origin: publicUrl,
    hostname: 'coder.example.com',
    isSecure: true,
    isLoopback: false,
  };
  const here = {
    ...target,
    url: 'http://localhost:3000',
    origin: 'http://localhost:3000',
    isSecure: false,
    isLoopback: true,
  };
  it.each([
    [target, 'https://auth.example.com/x', true],
    [target, 'http://coder.example.com/x', false],
    [target, 'https://localhost/x', false],
    [target, 'http://[::1]:8080/', false],
    [target, 'file:///etc/passwd', false],
    [target, 'nonsense', false],
    [here, 'http://localhost:3000/x', true],
    [here, 'http://127.0.0.1:3000/x', true],
    [{ ...here, isLoopback: false, origin: 'http://10.0.0.5' }, 'http://10.0.0.5/x', true],
    [{ ...here, isLoopback: false, origin: 'http://10.0.0.5' }, 'http://169.254.169.254/x', false],
  ])('is bounded (%#)', (from, address, may) => {
    expect(mayNotVisit(from, address, 'It') === undefined).toBe(may);
  });
});
