import { expect, it } from 'vitest';
import { checkRoles } from './role-names.ts';

const known = [{ name: 'owner' }, { name: 'user-admin' }, { name: 'auditor' }, { name: 'member' }];

it('takes each role once, and leaves out what everybody is', () => {
  expect(checkRoles(['auditor', 'member', 'auditor', 'user-admin'], known)).toEqual([
    'auditor',
    'user-admin',
  ]);
  expect(checkRoles(['member'], known)).toEqual([]);
});

it('says what was probably meant, or what there is', () => {
  expect(() => checkRoles(['useradmin'], known)).toThrow('Did you mean "user-admin"?');
  expect(() => checkRoles(['king'], known)).toThrow('There are: owner, user-admin, auditor, member.');
});
