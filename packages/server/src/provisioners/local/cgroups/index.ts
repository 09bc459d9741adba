export { type Cgroups, createCgroups } from './cgroups.ts';
