import { API_PREFIX } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { AUTH_REDIRECT_PATH } from '../apps/index.ts';
import { leftOut } from './testing/left-out.ts';
import { ofTheProxy, ownRoutes, renderRestReference, shapeOf } from './testing/rest-reference.ts';
import { upstreamRoutes } from './testing/upstream-routes.ts';

const theirs = Object.values(upstreamRoutes).flat();
const ours = new Set([...ownRoutes().map(({ route }) => route), ...Object.keys(ofTheProxy)].map(shapeOf));
const out = leftOut.flatMap(({ routes }) => routes);

describe('the routes of upstream', () => {
  it('are here at the same address, or left out with a reason', () => {
    const unknown = theirs.filter((route) => !ours.has(shapeOf(route)) && !out.includes(route));
    expect(unknown).toEqual([]);
  });

  it('are not left out when they are here', () => {
    expect(out.filter((route) => ours.has(shapeOf(route)))).toEqual([]);
  });

  it('are each listed once', () => {
    for (const list of [theirs, out]) {
      expect(list.filter((route, index) => list.indexOf(route) !== index)).toEqual([]);
    }
    expect(out.filter((route) => !theirs.includes(route))).toEqual([]);
    for (const route of theirs) expect(route).toMatch(/^(GET|POST|PUT|PATCH|DELETE) \/\S*$/);
  });

  it('are left out for a reason of one sentence', () => {
    for (const { reason, routes } of leftOut) {
      expect(reason).toMatch(/^[A-Z`].{20,}[^.]\.$/);
      expect(routes.length, reason).toBeGreaterThan(0);
    }
  });

  it('are where the proxy to apps has them', () => {
    expect(Object.keys(ofTheProxy)).toEqual([`GET ${AUTH_REDIRECT_PATH.slice(API_PREFIX.length)}`]);
  });
});

describe('the reference page', () => {
  it('is what the routes and the lists say (npm run docs writes it)', async () => {
    await expect(renderRestReference()).toMatchFileSnapshot('../../../../docs/reference/rest.md');
  });
});
