export type { Actor } from './actor.ts';
export { ALLOW_ALL, ALLOW_CREATED, allowListContains } from './allow-list.ts';
export { authorize, can, missingScope, tokenCarries } from './authorize.ts';
export { mayAssignRole, presentRole, siteRoles } from './roles.ts';
export { visible, visibleSql } from './visible.ts';
