export { createLocalProvisioner, type LocalProvisioner } from './local-provisioner.ts';
