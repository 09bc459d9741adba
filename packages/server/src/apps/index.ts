export { createApps } from './apps.ts';
export { AUTH_REDIRECT_PATH } from './door.ts';
export { isAppPath } from './place.ts';
