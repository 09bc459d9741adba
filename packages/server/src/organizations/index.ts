export { createOrganizations, ensureDefaultOrganization, type Organizations } from './organizations.ts';
export { organizationRoutes } from './routes.ts';
