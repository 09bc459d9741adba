import { expect, test } from 'vitest';
import { decodeAddress, parseSocketTable } from './listening.ts';

test('addresses of the kernel become those that people write', () => {
  expect(decodeAddress('0100007F')).toBe('127.0.0.1');
  expect(decodeAddress('00000000')).toBe('0.0.0.0');
  expect(decodeAddress('00000000000000000000000001000000')).toBe('::1');
  expect(decodeAddress('00000000000000000000000000000000')).toBe('::');
  expect(decodeAddress('0000000000000000FFFF00000100007F')).toBe('127.0.0.1');
});

test('only listening sockets count', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0 100 0 0 10 0',
    '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0 100 0 0 10 0',
    '',
  ].join('\n');
  expect(parseSocketTable(table)).toEqual([{ inode: '12345', address: '127.0.0.1', port: 8080 }]);
});
