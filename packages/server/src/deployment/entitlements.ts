import type { Entitlements } from '@coder/api';

/**
 * What upstream sells apart, by its names, and whether it is here. Programs that were written for it ask before they use such a
 * thing. One is on only if all of what they then call is here.
 */
const features: Readonly<Record<string, boolean>> = {
  access_control: true,
  advanced_template_scheduling: false,
  appearance: false,
  audit_log: true,
  browser_only: false,
  control_shared_ports: true,
  custom_roles: false,
  external_provisioner_daemons: false,
  external_token_encryption: false,
  high_availability: true,
  multiple_external_auth: false,
  multiple_organizations: true,
  scim: false,
  // Groups are here; lists of who may use a template are not.
  template_rbac: false,
  user_role_management: false,
  workspace_batch_actions: false,
  workspace_prebuilds: false,
  workspace_proxy: false,
};

/** What may be used: what is here, since nothing has to be unlocked. */
export function entitlements(now: Date): Entitlements {
  return {
    features: Object.fromEntries(
      Object.entries(features).map(([name, isHere]) => [
        name,
        { entitlement: isHere ? 'entitled' : 'not_entitled', enabled: isHere },
      ]),
    ),
    warnings: [],
    errors: [],
    has_license: false,
    trial: false,
    require_telemetry: false,
    refreshed_at: now.toISOString(),
  };
}
