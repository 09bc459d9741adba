export type { Actor } from './actor.ts';
export {
  ALLOW_ALL,
  ALLOW_CREATED,
  allowedIds,
  allowListContains,
  intersectAllowLists,
} from './allow-list.ts';
export { mayAsMuch } from './as-much.ts';
export {
  authorize,
  authorizeNew,
  authorizeWhole,
  can,
  mayKnowOf,
  missingScope,
  tokenCarries,
} from './authorize.ts';
export { APPLICATION_LOGIN, holderOf } from './holder.ts';
export { isOwnSession } from './own-session.ts';
export { mayAssignRole, organizationRoles, presentRole, siteRoles } from './roles.ts';
export { isInGroup } from './shares.ts';
export { visible, visibleSql } from './visible.ts';
