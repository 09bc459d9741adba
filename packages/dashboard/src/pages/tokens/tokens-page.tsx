import { type ApiKey, allPages } from '@coder/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { describeScopes } from '../../lib/scope-groups.ts';
import { meQuery } from '../../queries.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Page, Panel } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { NewToken } from './new-token.tsx';

export function TokensPage() {
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [deleted, setDeleted] = useState<ApiKey>();
  const { data: me } = useQuery(meQuery);
  const { data, error } = useQuery({
    queryKey: ['tokens'],
    queryFn: () => allPages((page) => api.apiKeys.listTokens({ user: 'me', ...page })),
  });
  const remove = useMutation({
    mutationFn: (key: ApiKey) => api.apiKeys.delete({ user: 'me', key: key.id }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['tokens'] });
      setDeleted(undefined);
    },
  });
  return (
    <Page
      title="API tokens"
      lead="For scripts, and for AI agents that cannot sign in by themselves. A token can never do more than you."
      actions={
        !creating && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            New token
          </Button>
        )
      }
    >
      {creating && <NewToken onClose={() => setCreating(false)} />}
      {error && <Failure error={error} />}
      {(data || !error) && (
        <Panel flush>
          {data === undefined ? (
            <Loading />
          ) : data.length === 0 ? (
            <Empty title="You have no token">
              An AI agent that opens a browser to sign in needs none: connect it by the address of this
              deployment.
            </Empty>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((key) => (
                <TokenRow key={key.id} token={key} username={me?.username} onDelete={() => setDeleted(key)} />
              ))}
            </ul>
          )}
        </Panel>
      )}
      <Confirm
        open={deleted !== undefined}
        title={`Delete the token ${deleted?.token_name ?? ''}?`}
        action="Delete"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => deleted && remove.mutate(deleted)}
        onClose={() => {
          remove.reset();
          setDeleted(undefined);
        }}
      >
        Whatever uses it is refused from the next request on.
      </Confirm>
    </Page>
  );
}

function TokenRow(props: { token: ApiKey; username: string | undefined; onDelete: () => void }) {
  const { token, username, onDelete } = props;
  const workspaces = token.allow_list.filter(
    (entry) => entry.startsWith('workspace:') && !entry.endsWith(':*'),
  ).length;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium [overflow-wrap:anywhere]">{token.token_name || token.id}</p>
        <p className="text-[13px] text-muted">
          used <Ago time={token.last_used} /> · expires <Ago time={token.expires_at} />
        </p>
      </div>
      <div className="flex min-w-0 flex-1 basis-64 flex-wrap gap-1.5">
        {describeScopes(token.scopes).map((text) => (
          <Badge key={text} tone={text === 'Everything' ? 'warn' : 'idle'}>
            {text}
          </Badge>
        ))}
        {workspaces > 0 && (
          <Badge tone="busy">{workspaces === 1 ? 'one workspace' : `${workspaces} workspaces`}</Badge>
        )}
      </div>
      <div className="flex gap-2">
        <Link
          to="/audit"
          search={{ user: username, token: token.token_name }}
          className={buttonClass('plain', 'small')}
          aria-label={`Activity of the token ${token.token_name}`}
        >
          Activity
        </Link>
        <Button size="small" aria-label={`Delete the token ${token.token_name}`} onClick={onDelete}>
          Delete
        </Button>
      </div>
    </li>
  );
}
