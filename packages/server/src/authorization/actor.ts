import type { Permission, ResourceType, WorkspaceRole } from '@coder/api';

/** Who asks: a user, through one key, with everything a decision needs. It is made once for a request. */
export type Actor = {
  readonly user: {
    readonly id: string;
    readonly username: string;
    readonly email: string;
    /** Site roles, without the implied `member`. */
    readonly roles: readonly string[];
  };
  /** The organizations the user belongs to, each with the user's roles there. */
  readonly organizations: ReadonlyMap<string, readonly string[]>;
  /** The groups the user is in, beside those of all members of an organization. */
  readonly groups?: ReadonlySet<string>;
  /** The workspaces of others that are shared with the user or with one of its groups, each by its id with the larger role. */
  readonly shares?: ReadonlyMap<string, WorkspaceRole>;
  readonly key: {
    readonly id: string;
    readonly loginType: string;
    readonly scopes: readonly string[];
    /** What the scopes add up to. */
    readonly permissions: ReadonlySet<Permission> | 'all';
    /** `<type>:<uuid>`, `<type>:*`, `*:*` or `workspace:created`. */
    readonly allowList: readonly string[];
    /** The application that holds the key, when a user has let one act. */
    readonly application?: { readonly id: string; readonly name: string; readonly grantId: string };
    /** The name that its user gave to an API token. */
    readonly tokenName?: string;
  };
  /** The deployment keeps owners out of other users' workspaces (`--disable-owner-workspace-access`). */
  readonly withoutOwnerWorkspaceAccess?: boolean;
};

/** What an action is done to. `id` is absent for what does not exist yet (a create) or for a whole list. */
export type Resource = {
  readonly type: ResourceType;
  readonly id?: string | undefined;
  readonly ownerId?: string | undefined;
  readonly organizationId?: string | undefined;
};
