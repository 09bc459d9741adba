export { type ApiKeyParts, generateApiKey } from './api-key-format.ts';
export { createAuthenticate, createAuthenticateAgent } from './authenticate.ts';
export { createKeyUse, type KeyUse } from './key-use.ts';
export { createVerifiedKeys, type VerifiedKeys } from './verified-keys.ts';
