export { createAdministration } from './administration.ts';
export { changeMember } from './change-member.ts';
export type { Forget } from './forget.ts';
export { createMembers, type Members } from './members.ts';
export {
  createOrganizations,
  ensureDefaultOrganization,
  type Organizations,
  refuseDeletedOrganization,
} from './organizations.ts';
export { organizationRoutes } from './routes.ts';
export { refuseSelfEntry } from './self-entry.ts';
