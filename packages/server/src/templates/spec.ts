import type { BuildParameter, TemplateManifest } from '@coder/api';
import type { ManifestScript } from '@coder/api/agent';
import type { Limits } from '../provisioners/index.ts';

/** A script of an agent: what the agent's manifest needs of it, its ids already chosen. */
export type ScriptSpec = ManifestScript;

type MetadataSpec = {
  readonly key: string;
  readonly display_name: string;
  readonly script: string;
  readonly interval_seconds: number;
  readonly timeout_seconds: number;
};

/** Who writes into an agent's log: each script has one. */
type LogSourceSpec = { readonly id: string; readonly display_name: string; readonly icon: string };

/** An agent of a workspace with every substitution made; it is stored as it is in `workspace_agents.spec`. */
export type AgentSpec = {
  readonly name: string;
  /** Empty means the home directory; `~` and paths relative to it are the agent's to resolve. */
  readonly directory: string;
  /** The runtime's variables, the agent's own, and CODER_PARAMETER_<NAME> for each parameter. */
  readonly env: Readonly<Record<string, string>>;
  readonly scripts: readonly ScriptSpec[];
  readonly log_sources: readonly LogSourceSpec[];
  readonly metadata: readonly MetadataSpec[];
  readonly display_apps: readonly string[];
  readonly connection_timeout_seconds: number;
  readonly troubleshooting_url: string;
  readonly startup_script_behavior: 'blocking' | 'non-blocking';
};

/** An app of a workspace with every substitution made: a row of `workspace_apps`. */
export type AppSpec = {
  readonly slug: string;
  readonly display_name: string;
  readonly icon: string;
  readonly url: string | null;
  readonly command: string | null;
  readonly external: boolean;
  readonly subdomain: boolean;
  readonly sharing_level: 'owner' | 'authenticated' | 'organization' | 'public';
  readonly app_group: string;
  readonly hidden: boolean;
  readonly open_in: 'slim-window' | 'tab';
  /** Its health is `disabled` when there is none. */
  readonly healthcheck: {
    readonly url: string;
    readonly interval_seconds: number;
    readonly threshold: number;
  } | null;
};

/** What a start build brings into the world. */
export type WorkspaceSpec = {
  readonly runtime: 'local';
  readonly limits: Limits;
  /** The environment of the whole workspace (the provisioner's); `agent.env` holds it too. */
  readonly env: Readonly<Record<string, string>>;
  readonly agent: AgentSpec;
  readonly apps: readonly AppSpec[];
};

/** What a manifest is instantiated with. */
export type InstantiateInput = {
  readonly values: readonly BuildParameter[];
  readonly workspace: { readonly name: string };
  readonly owner: { readonly name: string };
};

/** One value that cannot be accepted; `name` is the parameter's. */
export type ParameterProblem = { readonly name: string; readonly detail: string };

export type ResolveInput = {
  readonly manifest: TemplateManifest;
  /** What the request gives. */
  readonly given?: readonly BuildParameter[] | undefined;
  /** Its values win over the given ones. */
  readonly preset?: { readonly name: string; readonly parameters: readonly BuildParameter[] } | undefined;
  /** The values of the workspace's latest build; absent when it is being created. */
  readonly previous?: readonly BuildParameter[] | undefined;
  readonly transition: 'start' | 'stop' | 'delete';
};

/** The values of a build, ready to be stored with it: one for each parameter, in the manifest's order. */
export type Resolved = {
  readonly values: readonly BuildParameter[];
  /** Not empty: refuse the request. */
  readonly problems: readonly ParameterProblem[];
};

/** A preset as it is stored with a version. */
export type VersionPreset = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly icon: string;
  readonly isDefault: boolean;
  readonly parameters: readonly BuildParameter[];
};

/** A version whose import has succeeded: all that a build needs of it. */
export type BuildableVersion = {
  readonly id: string;
  readonly name: string;
  readonly templateId: string | null;
  readonly organizationId: string;
  readonly fileId: string;
  readonly archived: boolean;
  readonly manifest: TemplateManifest;
  readonly presets: readonly VersionPreset[];
};
