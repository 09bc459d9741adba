import type { ApiClient, Template } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { findTemplate } from './template-ref.ts';

const templates = [
  { name: 'node', organization_name: 'coder' },
  { name: 'Python', organization_name: 'coder' },
  { name: 'node', organization_name: 'acme' },
] as Template[];

/** A client that knows these templates. */
const clientOf = (all: readonly Template[]) =>
  ({
    templates: {
      list: async () => all,
      listInOrganization: async ({ organization }: { organization: string }) =>
        all.filter((template) => template.organization_name === organization),
    },
  }) as unknown as ApiClient;

describe('a template named on the command line', () => {
  it('is found in any case, and in its organization', async () => {
    const client = clientOf(templates);
    expect(await findTemplate(client, 'python')).toBe(templates[1]);
    expect(await findTemplate(client, 'node', 'acme')).toBe(templates[2]);
  });

  it.each([
    ['node', templates, 'Several organizations have a template "node": coder, acme. Choose with --org.'],
    ['go', templates, 'No template "go". There are: node, Python, node.'],
    ['go', [], 'No template "go". There are none yet: publish one with "coder templates push".'],
  ])('is asked for again when it is not clear: %s of %j', async (name, all, message) => {
    await expect(findTemplate(clientOf(all), name)).rejects.toThrow(message);
  });
});
