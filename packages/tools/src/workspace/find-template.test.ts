import { describe, expect, it } from 'vitest';
import { inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';
import { aTemplate } from '../testing/fixtures.ts';
import { findTemplate } from './find-template.ts';

/** More templates than one list has, of which the last is the one to be found. */
const many = () =>
  fakeDeployment({
    'templates.list': ({ q }: { q?: string }) =>
      q === undefined
        ? Array.from({ length: 1_000 }, (_, at) => ({ ...aTemplate, name: `a${at}` }))
        : q.includes('exact_name:"node"') && !/organization:"(?!coder)/.test(q)
          ? [aTemplate]
          : [],
  });

describe('a template that is named', () => {
  it.each(['node', ' Node ', 'coder/NODE', aTemplate.id])('is found by %j among all', async (name) => {
    const deployment = many();
    expect(await findTemplate(deployment.client, name)).toMatchObject({ id: aTemplate.id });
    // Nothing else is read for that.
    expect(inputsOf(deployment, 'templates.list')).toHaveLength(name === aTemplate.id ? 0 : 1);
  });

  it.each(['nope', 'other/node', 'a/b/node', '/node', '"', 'node" name:"'])(
    'is refused as %j with some of those there are',
    async (name) => {
      await expect(findTemplate(many().client, name)).rejects.toThrow(
        /^No template .* There are: a0, .*, a49, and more: see coder_list_templates\.$/,
      );
    },
  );
});
