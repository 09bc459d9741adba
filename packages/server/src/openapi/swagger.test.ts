import { describe, expect, it } from 'vitest';
import { createSwagger } from './index.ts';

describe('the reference page', () => {
  const app = createSwagger({ isEnabled: true });

  it('has everything it loads on this server, and needs nothing that is written into a page', async () => {
    expect((await app.request('/swagger')).headers.get('location')).toBe('/swagger/');
    const answer = await app.request('/swagger/');
    const html = await answer.text();
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'"]));
    expect(policy).not.toContain('unsafe');
    expect(html).not.toMatch(/<script>|<style|https?:\/\//);
    const files = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, name]) => name);
    expect(files).toHaveLength(4);
    for (const name of files) {
      const file = await app.request(`/swagger/${name}`);
      expect([name, file.status]).toEqual([name, 200]);
      expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
    const start = await (await app.request('/swagger/start.js')).text();
    expect(start).toContain("url: '/api/v2/openapi.json'");
    expect(start).toContain('validatorUrl: null');
  });

  it('serves nothing else of the package', async () => {
    for (const path of ['/swagger/package.json', '/swagger/../package.json', '/swagger/oauth2-redirect.html'])
      expect([path, (await app.request(path)).status]).toEqual([path, 404]);
  });

  it('is not there unless it is switched on', async () => {
    const off = createSwagger({ isEnabled: false });
    for (const path of ['/swagger', '/swagger/', '/swagger/start.js']) {
      const answer = await off.request(path);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ message: 'Swagger documentation is disabled.' });
    }
  });
});
