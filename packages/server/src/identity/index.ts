export { admitToKey } from './admit-to-key.ts';
export { generateApiKey, parseApiKey, randomText, secretMatches } from './api-key-format.ts';
export { apiKeyRoutes } from './api-key-routes.ts';
export { loadBelonging } from './belonging.ts';
export { sessionCookieName } from './credentials.ts';
export { createIdentity, type Identity, type IdentityOptions } from './identity.ts';
export { userRoutes } from './user-routes.ts';
export { createUserSettings } from './user-settings.ts';
export { userSettingsRoutes } from './user-settings-routes.ts';
