export type { Actor, Resource } from './actor.ts';
export { ALLOW_ALL, allowListContains } from './allow-list.ts';
export { authorize, can, missingScope, tokenCarries } from './authorize.ts';
export { mayAssignRole, presentRole, siteRoles } from './roles.ts';
export { type Visibility, type VisibilityColumns, visible, visibleSql } from './visible.ts';
