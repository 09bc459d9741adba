import { type WorkspaceRole, workspaceRoles } from '@coder/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { api, hasStatus } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Field, SelectField } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { roleText, type ShareChange } from './share.ts';

type Kind = ShareChange['kind'];
type Props = { organization: string; onShare: (share: ShareChange) => Promise<void> };

/** Shares a workspace with one more member or group of its organization, by name. */
export function ShareForm({ organization, onShare }: Props) {
  const [kind, setKind] = useState<Kind>('user');
  const [name, setName] = useState('');
  const [role, setRole] = useState<WorkspaceRole>('use');
  const list = useId();
  const { data: names = [] } = useQuery({
    queryKey: ['organizations', organization, kind, 'names', name.trim()],
    queryFn: () => namesOf(kind, organization, name.trim()),
    staleTime: 30_000,
    placeholderData: (previous) => previous,
  });
  const share = useMutation({
    mutationFn: async () => {
      const id = await idOf(kind, organization, name.trim());
      if (id !== undefined) await onShare({ kind, id, role });
      return id !== undefined;
    },
    onSuccess: (isFound) => {
      if (isFound) setName('');
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    share.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-3 border-t border-line p-4">
      <div className="grid items-end gap-3 sm:grid-cols-[8rem_1fr_13rem_auto]">
        <SelectField
          label="Share with a"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as Kind)}
        >
          <option value="user">user</option>
          <option value="group">group</option>
        </SelectField>
        <Field
          label="Name"
          value={name}
          onChange={(event) => {
            share.reset();
            setName(event.currentTarget.value);
          }}
          required
          autoComplete="off"
          spellCheck={false}
          list={list}
        />
        <datalist id={list}>
          {names.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
        <SelectField
          label="To"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as WorkspaceRole)}
        >
          {workspaceRoles.map((choice) => (
            <option key={choice} value={choice}>
              {roleText[choice]}
            </option>
          ))}
        </SelectField>
        <Button type="submit" kind="primary" busy={share.isPending}>
          Share
        </Button>
      </div>
      {share.data === false && (
        <Notice tone="bad">
          <p>
            The organization of this workspace has no {kind === 'user' ? 'member' : 'group'} with this name.
          </p>
        </Notice>
      )}
      {share.error && <Failure error={share.error} />}
    </form>
  );
}

/** What to offer while somebody writes a name. */
async function namesOf(kind: Kind, organization: string, written: string): Promise<string[]> {
  if (kind === 'group') {
    return (await api.groups.listInOrganization({ organization, limit: 200 })).map(({ name }) => name);
  }
  const { members } = await api.organizations.paginatedMembers({ organization, q: written, limit: 20 });
  return members.map(({ username }) => username);
}

/** The id behind a name; undefined when nobody has it. */
async function idOf(kind: Kind, organization: string, name: string): Promise<string | undefined> {
  try {
    return kind === 'user'
      ? (await api.organizations.getMember({ organization, user: name })).user_id
      : (await api.groups.getByName({ organization, name })).id;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}
