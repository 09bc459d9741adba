export { createOAuth, type OAuthOptions } from './oauth.ts';
export { endGrantsOf } from './store/grants.ts';
