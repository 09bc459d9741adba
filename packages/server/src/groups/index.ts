export { changeGroupLimits } from './change-limits.ts';
export { isVisible, presentGroups, selectGroups } from './group-rows.ts';
export { createGroups } from './groups.ts';
export { groupRoutes } from './routes.ts';
