import { createApiClient, type Organization } from '@coder/api';
import { expect, it } from 'vitest';
import { chosenOrganization, findOrganization } from './organization-ref.ts';
import { httpServer } from './testing/http-server.ts';

const one = (name: string) => ({
  id: `11111111-1111-4111-8111-${name.padEnd(12, '0').replaceAll(/[^0-9a-f]/g, '1')}`,
  name,
  display_name: name,
  description: '',
  icon: '',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  is_default: false,
});

/** A deployment in which the user belongs to some organizations and sees one more. */
async function deployment(...mine: string[]) {
  const all: Organization[] = [...mine, 'other'].map(one);
  const server = await httpServer(({ path: address }) => {
    const [path] = address.split('?');
    if (path === '/api/v2/users/me/organizations') return { body: mine.map(one) };
    if (path === '/api/v2/organizations') return { body: all };
    const found = all.find(({ name }) => path === `/api/v2/organizations/${name}`);
    return found ? { body: found } : { status: 404, body: { message: 'Not found.' } };
  });
  return Object.assign(server, { client: createApiClient({ url: server.url }) });
}

it('is the one that was named, whether one belongs to it or not', async () => {
  await using there = await deployment('lab');
  expect((await chosenOrganization(there.client, 'other')).name).toBe('other');
  await expect(findOrganization(there.client, 'lap')).rejects.toThrow(
    'No organization "lap". There are: lab, other.',
  );
});

it('is the only one that one belongs to, and asked for where there are several or none', async () => {
  await using lab = await deployment('lab');
  expect((await chosenOrganization(lab.client, undefined)).name).toBe('lab');
  await using several = await deployment('lab', 'shop');
  await expect(chosenOrganization(several.client, undefined)).rejects.toThrow('--org: lab, shop.');
  await using none = await deployment();
  await expect(chosenOrganization(none.client, undefined)).rejects.toThrow('You belong to no organization');
});
