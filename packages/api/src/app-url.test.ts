import { describe, expect, it } from 'vitest';
import { appUrl, parseAppHost, portUrl } from './app-url.ts';

const place = { agentName: 'main', workspaceName: 'web', ownerName: 'ada' };
const accessUrl = 'https://coder.example.com/';

describe('portUrl', () => {
  it('is a path where there is no host for apps', () => {
    expect(portUrl({ accessUrl, appHost: '' }, { ...place, port: 8080 })).toBe(
      'https://coder.example.com/@ada/web.main/ports/8080/',
    );
    expect(portUrl({ accessUrl: 'http://h:3000/base', appHost: '' }, { ...place, port: 1 })).toBe(
      'http://h:3000/base/@ada/web.main/ports/1/',
    );
  });

  it('is a host name below the wildcard host, with the port that people use', () => {
    const at = (appHost: string, access = accessUrl) =>
      portUrl({ accessUrl: access, appHost }, { ...place, port: 8080 });
    expect(at('*.apps.example.com')).toBe('https://8080--main--web--ada.apps.example.com/');
    expect(at('*-apps.example.com')).toBe('https://8080--main--web--ada-apps.example.com/');
    expect(at('*.localhost', 'http://localhost:3000')).toBe('http://8080--main--web--ada.localhost:3000/');
    expect(at('*.example.com:8443')).toBe('https://8080--main--web--ada.example.com:8443/');
  });

  it('falls back to the path where the label would be too long for a host name', () => {
    const long = { ...place, workspaceName: 'w'.repeat(32), ownerName: 'o'.repeat(32) };
    expect(
      appUrl({ accessUrl, appHost: '*.apps.example.com' }, { ...long, target: 'code-server' }),
    ).toContain('/apps/code-server/');
  });
});

describe('parseAppHost', () => {
  const parse = (host: string) => parseAppHost('*.apps.example.com', host);

  it('reads what appUrl writes, in any case and with any port', () => {
    for (const target of [8080, 'code-server']) {
      const url = new URL(appUrl({ accessUrl, appHost: '*.apps.example.com' }, { ...place, target }));
      expect(parse(url.host)).toEqual({ ...place, target });
    }
    expect(parse('8080--MAIN--web--ada.Apps.Example.com:443')).toEqual({ ...place, target: 8080 });
    expect(parse('dev--web--ada.apps.example.com')).toEqual({
      ...place,
      agentName: undefined,
      target: 'dev',
    });
  });

  it('leaves other hosts alone and tells a wrong label from them', () => {
    expect(parse('coder.example.com')).toBeUndefined();
    expect(parse('apps.example.com')).toBeUndefined();
    expect(parse('a.b.apps.example.com')).toBeUndefined();
    expect(parse('evilapps.example.com')).toBeUndefined();
    expect(parseAppHost('', 'x--y--z.example.com')).toBeUndefined();
    expect(parse('web--ada.apps.example.com')).toBe('invalid');
    expect(parse('a--b--c--d--e.apps.example.com')).toBe('invalid');
    expect(parse('--b--c.apps.example.com')).toBe('invalid');
  });
});
