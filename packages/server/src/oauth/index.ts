export { createOAuth, type OAuthOptions } from './oauth.ts';
