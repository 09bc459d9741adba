export { generateApiKey } from './api-key-format.ts';
export { apiKeyRoutes } from './api-key-routes.ts';
export { createAuthenticate, createAuthenticateAgent } from './authenticate.ts';
export { createIdentity, type Identity, type IdentityOptions } from './identity.ts';
export { createKeyUse } from './key-use.ts';
export { userRoutes } from './user-routes.ts';
export { findUser, type UserRow, userNotFound } from './users-store.ts';
export { createVerifiedKeys, type VerifiedKeys } from './verified-keys.ts';
