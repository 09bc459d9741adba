export { type Apps, type AppsDeps, createApps } from './apps.ts';
export { isAppPath } from './place.ts';
