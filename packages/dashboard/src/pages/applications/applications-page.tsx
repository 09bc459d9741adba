import { MCP_PATH, type OAuth2Grant } from '@coder/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { plainName } from '../../lib/plain-name.ts';
import { meQuery } from '../../queries.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Page, Panel } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';

/** The applications that may act for the user, and taking that back. */
export function ApplicationsPage() {
  const client = useQueryClient();
  const [revoked, setRevoked] = useState<OAuth2Grant>();
  const { data: me } = useQuery(meQuery);
  const { data, error } = useQuery({ queryKey: ['grants'], queryFn: () => api.oauth2.listGrants() });
  const revoke = useMutation({
    mutationFn: (grant: OAuth2Grant) => api.oauth2.revokeGrant({ grant: grant.id }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['grants'] });
      setRevoked(undefined);
    },
  });
  return (
    <Page
      title="Connected applications"
      lead="AI agents and other programs that you have allowed to act for you, each as far as you allowed it."
    >
      {error && <Failure error={error} />}
      {(data || !error) && (
        <Panel flush>
          {data === undefined ? (
            <Loading />
          ) : data.grants.length === 0 ? (
            <Empty title="No application is connected">
              <p className="mb-3">Give this address to Claude, ChatGPT, Cursor or any other MCP client:</p>
              <div className="text-left">
                <Copyable value={window.location.origin + MCP_PATH} label="the MCP address" />
              </div>
            </Empty>
          ) : (
            <ul className="divide-y divide-line">
              {data.grants.map((grant) => (
                <GrantRow
                  key={grant.id}
                  grant={grant}
                  username={me?.username}
                  onRevoke={() => setRevoked(grant)}
                />
              ))}
            </ul>
          )}
        </Panel>
      )}
      <Confirm
        open={revoked !== undefined}
        title={`Disconnect ${plainName(revoked?.application.name ?? '')}?`}
        action="Disconnect"
        danger
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoked && revoke.mutate(revoked)}
        onClose={() => {
          revoke.reset();
          setRevoked(undefined);
        }}
      >
        Its next request is refused. Other connections of the same application stay. To use it again you allow
        it anew.
      </Confirm>
    </Page>
  );
}

/** The command line's own application, which nobody has entered. */
const CLI_APPLICATION = 'coder-cli';
const vouched = { preregistered: 'entered by an administrator', dcr: 'registered itself', cimd: '' } as const;

function GrantRow(props: { grant: OAuth2Grant; username: string | undefined; onRevoke: () => void }) {
  const { grant, username, onRevoke } = props;
  const { application } = grant;
  const chosen = grant.allow_list.filter((entry) => entry.startsWith('workspace:')).length;
  const where = {
    all: 'all workspaces',
    chosen: chosen === 1 ? 'one workspace' : `${chosen} workspaces`,
    created: 'workspaces it creates',
  }[grant.workspaces];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium [overflow-wrap:anywhere]">
          <bdi>{plainName(application.name)}</bdi>{' '}
          <span className="text-[13px] font-normal text-muted">
            {application.id === CLI_APPLICATION
              ? 'comes with this deployment'
              : vouched[application.kind] || application.verified_host}
          </span>
        </p>
        <p className="text-[13px] text-muted">
          allowed <Ago time={grant.created_at} />
          {grant.last_used_at ? (
            <>
              {' '}
              · used <Ago time={grant.last_used_at} />
              {grant.last_used_ip !== '' && ` from ${grant.last_used_ip}`}
            </>
          ) : (
            ' · never used'
          )}{' '}
          · ends <Ago time={grant.expires_at} />
        </p>
      </div>
      <div className="flex min-w-0 flex-1 basis-64 flex-wrap gap-1.5">
        {grant.capabilities.map(({ id, title }) => (
          <Badge key={id} tone={id === 'everything' ? 'warn' : 'idle'}>
            {title}
          </Badge>
        ))}
        <Badge tone="busy">{where}</Badge>
      </div>
      <div className="flex gap-2">
        <Link
          to="/audit"
          search={{ user: username, application: application.id }}
          className={buttonClass('plain', 'small')}
          aria-label={`Activity of ${plainName(application.name)}`}
        >
          Activity
        </Link>
        <Button size="small" aria-label={`Disconnect ${plainName(application.name)}`} onClick={onRevoke}>
          Disconnect
        </Button>
      </div>
    </li>
  );
}
