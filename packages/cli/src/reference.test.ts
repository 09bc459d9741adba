import { describe, expect, it } from 'vitest';
import { renderCliReference } from './reference.ts';

describe('the reference page', () => {
  it('is what the commands say (npm run docs writes it)', async () => {
    await expect(await renderCliReference()).toMatchFileSnapshot('../../../docs/reference/cli.md');
  });

  it('has the commands that are loaded when they are called too', async () => {
    const page = await renderCliReference();
    for (const command of ['login [url]', 'exp mcp server', 'oauth2-provider apps secrets create <app>']) {
      expect(page).toContain(`\n### \`coder ${command}\`\n`);
    }
  });
});
