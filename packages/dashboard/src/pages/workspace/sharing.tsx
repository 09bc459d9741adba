import { type Workspace, type WorkspaceAcl, type WorkspaceRole, workspaceRoles } from '@coder/api';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { plainName } from '../../lib/plain-name.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Panel } from '../../ui/page.tsx';
import { roleText, type ShareChange } from './share.ts';
import { ShareForm } from './share-form.tsx';

/** Somebody with whom a workspace is shared. */
type Sharer = { kind: ShareChange['kind']; id: string; name: string; note: string; role: WorkspaceRole };

/** With whom a workspace is shared. Who may change that, the server decides. */
export function Sharing({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const { data, error } = useQuery({
    // The workspace comes again by itself when its shares change.
    queryKey: ['workspaces', 'acl', workspace.id, workspace.shared_with],
    queryFn: () => api.workspaces.getAcl({ workspace: workspace.id }),
    placeholderData: keepPreviousData,
  });
  const update = async ({ kind, id, role }: ShareChange) => {
    await api.workspaces.updateAcl({ workspace: workspace.id, [`${kind}_roles`]: { [id]: role } });
    await client.invalidateQueries({ queryKey: ['workspaces', 'acl', workspace.id] });
  };
  const change = useMutation({ mutationFn: update });
  const problem = error ?? change.error;
  const sharers = data && sharersOf(data);
  return (
    <Panel title="Shared with" flush>
      {problem && (
        <div className="p-4 pb-0">
          <Failure error={problem} />
        </div>
      )}
      {sharers === undefined && !error && <Loading rows={1} />}
      {sharers?.length === 0 && <Empty title="Nobody">Only its owner and administrators see it.</Empty>}
      <ul className="divide-y divide-line">
        {sharers?.map((sharer) => (
          <SharerRow
            key={sharer.id}
            sharer={sharer}
            busy={change.isPending}
            onChange={(role) => change.mutate({ kind: sharer.kind, id: sharer.id, role })}
          />
        ))}
      </ul>
      {sharers && <ShareForm organization={workspace.organization_id} onShare={update} />}
    </Panel>
  );
}

function SharerRow(props: { sharer: Sharer; busy: boolean; onChange: (role: WorkspaceRole | '') => void }) {
  const { sharer, busy, onChange } = props;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <span className="min-w-0 flex-1 basis-48 [overflow-wrap:anywhere]">
        <span className="font-medium">{sharer.name}</span>{' '}
        <span className="text-[13px] text-muted">{sharer.note}</span>
      </span>
      {sharer.kind === 'group' && <Badge tone="idle">group</Badge>}
      <select
        value={sharer.role}
        disabled={busy}
        aria-label={`What ${sharer.name} may do`}
        onChange={(event) => onChange(event.currentTarget.value as WorkspaceRole)}
        className="h-7 rounded-md border border-line bg-surface px-2 text-[13px]"
      >
        {workspaceRoles.map((role) => (
          <option key={role} value={role}>
            {roleText[role]}
          </option>
        ))}
      </select>
      <Button
        size="small"
        disabled={busy}
        aria-label={`Stop sharing with ${sharer.name}`}
        onClick={() => onChange('')}
      >
        Remove
      </Button>
    </li>
  );
}

function sharersOf({ users, groups }: WorkspaceAcl): Sharer[] {
  return [
    ...groups.map(
      ({ id, name, display_name, total_member_count: members, role }): Sharer => ({
        kind: 'group',
        id,
        name: plainName(display_name, name),
        note: members === 1 ? 'one member' : `${members} members`,
        role,
      }),
    ),
    ...users.map(
      ({ id, username, name, role }): Sharer => ({
        kind: 'user',
        id,
        name: username,
        note: plainName(name ?? '', ''),
        role,
      }),
    ),
  ];
}
