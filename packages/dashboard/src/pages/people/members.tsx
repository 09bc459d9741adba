import type { OrganizationMember, SlimRole } from '@coder/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { plainName } from '../../lib/plain-name.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Panel } from '../../ui/page.tsx';

const PAGE = 25;

/** The members of an organization, by name, those that are searched for, page by page. */
export function Members({ organization }: { organization: string }) {
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(0);
  const q = search.trim();
  const { data, error } = useQuery({
    queryKey: ['organizations', organization, 'members', q, page],
    queryFn: () =>
      api.organizations.paginatedMembers({
        organization,
        limit: PAGE,
        offset: page * PAGE,
        ...(q === '' ? {} : { q }),
      }),
    placeholderData: keepPreviousData,
  });
  const count = data?.count ?? 0;
  return (
    <Panel
      flush
      title={data === undefined ? 'Members' : `Members (${count})`}
      actions={
        <input
          type="search"
          aria-label="Search the members"
          placeholder="Search"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setPage(0);
          }}
          className="h-8 w-44 min-w-0 rounded-md border border-line bg-surface px-2.5 placeholder:text-muted/80"
        />
      }
    >
      {error && (
        <div className="p-4">
          <Failure error={error} />
        </div>
      )}
      {data === undefined && !error && <Loading />}
      {data?.members.length === 0 && <Empty title="Nobody has such a name" />}
      <ul className="divide-y divide-line">
        {data?.members.map((member) => (
          <MemberRow key={member.user_id} member={member} />
        ))}
      </ul>
      {count > PAGE && (
        <div className="flex items-center justify-end gap-2 border-t border-line px-4 py-2.5">
          <span className="mr-auto text-[13px] text-muted">
            {page * PAGE + 1} to {Math.min(count, (page + 1) * PAGE)} of {count}
          </span>
          <Button size="small" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous
          </Button>
          <Button size="small" disabled={(page + 1) * PAGE >= count} onClick={() => setPage(page + 1)}>
            Next
          </Button>
        </div>
      )}
    </Panel>
  );
}

function MemberRow({ member }: { member: OrganizationMember }) {
  const note = [plainName(member.name, ''), member.email].filter((part) => part !== '').join(' · ');
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5">
      <div className="min-w-0 flex-1 basis-56 [overflow-wrap:anywhere]">
        <p className="font-medium">{member.username}</p>
        {note !== '' && (
          <p className="text-[13px] text-muted">
            <bdi>{note}</bdi>
          </p>
        )}
      </div>
      <div className="flex flex-wrap gap-1.5">
        {member.global_roles.map((role) => (
          <Badge key={role.name} tone="warn">
            {nameOf(role)}, everywhere
          </Badge>
        ))}
        {member.roles.map((role) => (
          <Badge key={role.name}>{nameOf(role)}</Badge>
        ))}
      </div>
    </li>
  );
}

const nameOf = ({ name, display_name }: SlimRole): string => display_name || name;
