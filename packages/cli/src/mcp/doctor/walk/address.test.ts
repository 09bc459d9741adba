import { describe, expect, it } from 'vitest';
import { diagnose } from '../testing/diagnose.ts';

describe('the address', () => {
  it('without https keeps hosted clients away, and warns the others', async () => {
    const { told, report } = await diagnose({}, { url: 'http://coder.example.com' });
    for (const [id, name] of [
      ['claude', 'claude.ai'],
      ['chatgpt', 'ChatGPT'],
    ] as const) {
      expect(told(id, 'problem')).toEqual([
        `address: The address is not https, and ${name} connects to nothing else. → Put a proxy with a certificate in front of the server, and set CODER_ACCESS_URL to the https address.`,
      ]);
    }
    expect(told('cursor', 'warning')).toEqual([expect.stringContaining('codes and tokens in the clear')]);
    expect(report.clients.map(({ connects }) => connects)).toEqual([false, false, true, true]);
    expect(report.connects).toBe(false);
  });

  it.each([
    [
      [{ address: '10.1.2.3', family: 4 }],
      'From here coder.example.com is 10.1.2.3, which is not a public address',
    ],
    [
      [{ address: '2606:4700::1', family: 6 }],
      'coder.example.com has no IPv4 address, which claude.ai needs.',
    ],
  ])('is looked up for hosted clients: %j', async (addresses, message) => {
    const { told } = await diagnose({}, { resolve: async () => addresses });
    expect(told('claude', 'warning')).toEqual([expect.stringContaining(`address: ${message}`)]);
    expect(told('cursor', 'warning')).toEqual([]);
  });
});
