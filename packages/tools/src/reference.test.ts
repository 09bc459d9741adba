import { describe, expect, it } from 'vitest';
import { renderToolReference } from './reference.ts';
import { tools } from './registry.ts';

describe('the reference page', () => {
  it('is what the registry says (npm run docs writes it)', async () => {
    await expect(renderToolReference()).toMatchFileSnapshot('../../../docs/reference/tools.md');
  });

  it('has every tool', () => {
    for (const { name } of tools) expect(renderToolReference()).toContain(`\n## \`${name}\`\n`);
  });
});
