export type { AgentExit } from './context.ts';
export {
  createLocalProvisioner,
  type LocalProvisioner,
  type LocalProvisionerOptions,
} from './local-provisioner.ts';
export { RuntimeUnavailable, type SandboxMode } from './sandbox.ts';
