export { createOAuth, type OAuth, type OAuthOptions } from './oauth.ts';
