import type { WorkspaceAgent } from '@coder/api';
import { expect, it } from 'vitest';
import { isWebAddress } from '../../launch.ts';
import { addressOf, findApp, findEditor } from './app-address.ts';

const agent = (name: string, ...apps: object[]) => ({ name, apps }) as unknown as WorkspaceAgent;
const app = (slug: string, more = {}) => ({ slug, external: false, ...more });
const web = { owner_name: 'ada', name: 'web' };
const place = { accessUrl: 'https://coder.example.com', appHost: '*.apps.example.com' };

it('finds the app that is meant, or says which there are', () => {
  const agents = [agent('main', app('site'), app('docs')), agent('gpu', app('docs'))];
  expect(findApp('web', agents, 'site').agent.name).toBe('main');
  expect(findApp('web', [agent('main', app('site'))], undefined).app.slug).toBe('site');
  expect(() => findApp('web', agents, undefined)).toThrow('Say which: site, docs, docs.');
  expect(() => findApp('web', agents, 'docs')).toThrow('web.main, web.gpu');
  expect(() => findApp('web', agents, 'blog')).toThrow('It has: site, docs, docs.');
  expect(() => findApp('web', [agent('main')], 'blog')).toThrow('has no apps');
});

it('finds VS Code in the browser by what templates call it', () => {
  expect(findEditor('web', [agent('main', app('site'), app('code-server'))]).app.slug).toBe('code-server');
  expect(() => findEditor('web', [agent('main', app('site'))])).toThrow('code-server');
});

it.each([
  [app('site'), 'https://site--main--web--ada.apps.example.com/'],
  [app('wiki', { external: true, url: 'https://wiki.example.com/x' }), 'https://wiki.example.com/x'],
])('is at the address that the dashboard has for it: %j', (one, address) => {
  const found = findApp('web', [agent('main', one)], undefined);
  expect(addressOf(place, web, found)).toBe(address);
});

it('is at a path where apps have no host of their own', () => {
  const found = findApp('web', [agent('main', app('site'))], undefined);
  expect(addressOf({ ...place, appHost: '' }, web, found)).toBe(
    'https://coder.example.com/@ada/web.main/apps/site/',
  );
});

it.each([
  ['https://coder.example.com/', true],
  ['http://127.0.0.1:3000/', true],
  ['file:///etc/passwd', false],
  ['vscode://x', false],
  ['--help', false],
])('hands only addresses of the web to the desktop: %s', (address, isWeb) => {
  expect(isWebAddress(address)).toBe(isWeb);
});
