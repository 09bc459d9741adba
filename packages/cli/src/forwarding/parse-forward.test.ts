import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForward, parseForwards } from './parse-forward.ts';

const forward = (localPort: number, remotePort: number, host?: string) => ({ host, localPort, remotePort });

describe('a port to forward', () => {
  it.each([
    ['8080', [forward(8080, 8080)]],
    ['8080:3000', [forward(8080, 3000)]],
    ['0:3000', [forward(0, 3000)]],
    ['9090-9092', [forward(9090, 9090), forward(9091, 9091), forward(9092, 9092)]],
    ['10000-10001:20010-20011', [forward(10000, 20010), forward(10001, 20011)]],
    ['1.2.3.4:8080:3000', [forward(8080, 3000, '1.2.3.4')]],
    ['0.0.0.0:8080', [forward(8080, 8080, '0.0.0.0')]],
    ['[::1]:8080:3000', [forward(8080, 3000, '::1')]],
    ['localhost:5432:5432', [forward(5432, 5432, 'localhost')]],
  ])('%s', (text, expected) => {
    expect(parseForward(text)).toEqual(expected);
  });

  it.each([
    ['', 'is no port to forward'],
    ['http', 'is no port to forward'],
    ['8080:3000:9000:1', 'is no port to forward'],
    ['::1:8080', 'is no port to forward'],
    ['0', 'Ports are from 1'],
    ['8080:0', 'Ports are from 1'],
    ['70000', 'Ports are from 1'],
    ['9010-9000', 'ends before it begins'],
    ['9000-9001:3000', '2 ports to 1'],
    ['example.com:8080:3000', 'no address to listen on'],
  ])('%s is refused', (text, message) => {
    expect(() => parseForward(text)).toThrow(message);
  });

  it('is what its parts say, whichever they are', () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(fc.option(fc.ipV4()), port, port, (host, local, remote) => {
        const text = `${host === null ? '' : `${host}:`}${local}:${remote}`;
        expect(parseForward(text)).toEqual([forward(local, remote, host ?? undefined)]);
      }),
    );
  });
});

describe('ports to forward', () => {
  it('are all of them, none twice on this machine', () => {
    expect(parseForwards(['8080', '9000-9001:1-2'])).toHaveLength(3);
    expect(parseForwards(['0:80', '0:81'])).toHaveLength(2);
    expect(() => parseForwards(['8080:1', '8080:2'])).toThrow('8080 is given twice');
    expect(() => parseForwards(['1-1000'])).toThrow('More than 512');
    expect(() => parseForwards([])).toThrow('--tcp 8080:3000');
  });
});
