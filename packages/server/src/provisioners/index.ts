export { createLocalProvisioner, type LocalProvisioner } from './local/index.ts';
export type { BuildLog, Limits, Provisioner, StartedResource, StartInput } from './provisioner.ts';
