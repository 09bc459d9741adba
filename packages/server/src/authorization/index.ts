export type { Actor } from './actor.ts';
export { ALLOW_ALL, ALLOW_CREATED, allowListContains } from './allow-list.ts';
export { authorize, authorizeNew, can, mayKnowOf, missingScope, tokenCarries } from './authorize.ts';
export { isOwnSession } from './own-session.ts';
export { mayAssignRole, presentRole, siteRoles } from './roles.ts';
export { visible, visibleSql } from './visible.ts';
