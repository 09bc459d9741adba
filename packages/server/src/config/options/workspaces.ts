import type { Option } from '../option.ts';
import { bool, duration, integer, oneOf } from '../option-kinds.ts';

const workspaces = 'Workspaces';
const general = 'General';

/** How workspaces are run, and how the server stops. */
export const workspacesOptions = {
  provisionerDaemons: integer({
    flag: 'provisioner-daemons',
    yaml: 'provisioning.daemons',
    group: workspaces,
    default: 3,
    min: 1,
    max: 100,
    description: 'Builds of workspaces at once.',
  }),
  localSandbox: oneOf({
    flag: 'local-sandbox',
    yaml: 'provisioning.localSandbox',
    group: workspaces,
    values: ['bwrap', 'auto', 'none'],
    default: 'bwrap',
    description:
      'How workspaces on this machine are kept apart. bwrap: by bubblewrap, without which none is started. auto: by bubblewrap if it is installed. none: not at all.',
  }),
  disableOwnerWorkspaceAccess: bool({
    flag: 'disable-owner-workspace-access',
    yaml: 'disableOwnerWorkspaceAccess',
    group: workspaces,
    description: "Takes from the role owner the right to enter other users' workspaces.",
  }),
  disableWorkspaceSharing: bool({
    flag: 'disable-workspace-sharing',
    yaml: 'disableWorkspaceSharing',
    group: workspaces,
    description: 'Nobody can share a workspace, and what has been shared is not.',
  }),
  autobuildPollInterval: duration({
    flag: 'autobuild-poll-interval',
    yaml: 'autobuildPollInterval',
    group: workspaces,
    default: '1m',
    min: '100ms',
    description: 'How often the server looks for workspaces to start or stop by their schedule.',
  }),
  agentInactiveDisconnectTimeout: duration({
    flag: 'agent-inactive-disconnect-timeout',
    yaml: 'provisioning.agentInactiveDisconnectTimeout',
    group: workspaces,
    default: '30s',
    min: '1s',
    description: 'After how long without a sign of life an agent counts as disconnected.',
  }),
  buildTimeout: duration({
    flag: 'build-timeout',
    yaml: 'provisioning.buildTimeout',
    group: workspaces,
    default: '30m',
    min: '1s',
    description: 'After how long a build of a workspace that has not ended fails.',
  }),
  shutdownTimeout: duration({
    flag: 'shutdown-timeout',
    yaml: 'shutdownTimeout',
    group: general,
    default: '30s',
    min: '1ms',
    description: 'How long the server waits for requests and builds to end when it is asked to stop.',
  }),
} as const satisfies Record<string, Option<unknown>>;
