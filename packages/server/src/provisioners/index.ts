export {
  type AgentExit,
  createLocalProvisioner,
  type LocalProvisioner,
  type LocalProvisionerOptions,
  RuntimeUnavailable,
  type SandboxMode,
} from './local/index.ts';
export type { BuildLog, Limits, Provisioner, StartedResource, StartInput } from './provisioner.ts';
