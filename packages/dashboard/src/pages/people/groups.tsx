import { EVERYONE, type Group } from '@coder/api';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { plainName } from '../../lib/plain-name.ts';
import { Badge } from '../../ui/badge.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Panel } from '../../ui/page.tsx';

/** The most that one answer holds. */
const MOST = 200;
/** How many members of a group are named. */
const NAMED = 12;

/** The groups of an organization with their members, and what each adds to the quota of its members. */
export function Groups({ organization }: { organization: string }) {
  const { data, error } = useQuery({
    queryKey: ['organizations', organization, 'groups'],
    queryFn: () => api.groups.listInOrganization({ organization, limit: MOST }),
  });
  return (
    <Panel title="Groups" flush>
      {error && (
        <div className="p-4">
          <Failure error={error} />
        </div>
      )}
      {data === undefined && !error && <Loading rows={2} />}
      {data?.length === 0 && (
        <Empty title="There is none">
          Make one with <code>coder groups create</code>, to share workspaces with several users at once.
        </Empty>
      )}
      <ul className="divide-y divide-line">
        {data?.map((group) => (
          <GroupRow key={group.id} group={group} />
        ))}
      </ul>
      {data?.length === MOST && (
        <p className="border-t border-line px-4 py-2.5 text-[13px] text-muted">
          The first {MOST} are shown; <code>coder groups list</code> shows all.
        </p>
      )}
    </Panel>
  );
}

function GroupRow({ group }: { group: Group }) {
  const { name, display_name, members, total_member_count: count, quota_allowance: credits } = group;
  const isEveryone = name === EVERYONE;
  const named = members.slice(0, NAMED).map(({ username }) => username);
  const others = count - named.length;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5">
      <div className="min-w-0 flex-1 basis-56 [overflow-wrap:anywhere]">
        <p className="font-medium">
          <bdi>{plainName(display_name, name)}</bdi>
        </p>
        <p className="text-[13px] text-muted">
          {isEveryone
            ? 'All members of the organization'
            : `${named.join(', ')}${others > 0 && named.length > 0 ? ` and ${others} more` : ''}`}
        </p>
      </div>
      {credits > 0 && <Badge>adds {credits} to the quota</Badge>}
      <Badge>{count === 1 ? 'one member' : `${count} members`}</Badge>
    </li>
  );
}
