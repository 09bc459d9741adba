export { createApps } from './apps.ts';
export { isAppPath } from './place.ts';
