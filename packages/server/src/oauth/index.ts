export { createOAuth, type OAuthOptions } from './oauth.ts';
export { admitToGrant, endGrantsOf } from './store/grants.ts';
