import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { Empty, Loading, Panel } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';

/** The secrets of an application. To change one without a pause: make a new one, configure it, delete the old one. */
export function Secrets({ app }: { app: string }) {
  const client = useQueryClient();
  const [deleted, setDeleted] = useState<string>();
  const queryKey = ['oauth2-apps', app, 'secrets'];
  const { data, error } = useQuery({ queryKey, queryFn: () => api.oauth2Provider.listSecrets({ app }) });
  const refresh = () => client.invalidateQueries({ queryKey });
  const create = useMutation({
    mutationFn: () => api.oauth2Provider.createSecret({ app }),
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: (secret: string) => api.oauth2Provider.deleteSecret({ app, secret }),
    onSuccess: async () => {
      await refresh();
      setDeleted(undefined);
    },
  });
  const problem = error ?? create.error;
  return (
    <Panel
      flush
      title="Secrets"
      actions={
        <Button size="small" busy={create.isPending} onClick={() => create.mutate()}>
          New secret
        </Button>
      }
    >
      {problem && (
        <div className="p-4">
          <Failure error={problem} />
        </div>
      )}
      {create.data && (
        <div className="space-y-2 border-b border-line p-4">
          <Notice tone="warn">
            <p>Copy the new secret now. It cannot be shown again.</p>
          </Notice>
          <Copyable value={create.data.client_secret_full} label="the secret" />
        </div>
      )}
      {data === undefined && !error && <Loading rows={1} />}
      {data?.length === 0 && <Empty title="It has no secret yet">Without one it cannot get a token.</Empty>}
      <ul className="divide-y divide-line">
        {data?.map((secret) => (
          <li key={secret.id} className="flex items-center gap-4 px-4 py-2.5">
            <code className="font-mono text-[13px]">…{secret.client_secret_truncated}</code>
            <span className="text-[13px] text-muted">
              {secret.last_used_at ? (
                <>
                  used <Ago time={secret.last_used_at} />
                </>
              ) : (
                'never used'
              )}
            </span>
            <Button
              size="small"
              className="ml-auto"
              aria-label={`Delete the secret ending in ${secret.client_secret_truncated}`}
              onClick={() => setDeleted(secret.id)}
            >
              Delete
            </Button>
          </li>
        ))}
      </ul>
      <Confirm
        open={deleted !== undefined}
        title="Delete this secret?"
        action="Delete"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => deleted !== undefined && remove.mutate(deleted)}
        onClose={() => setDeleted(undefined)}
      >
        Every token that was got with it ends at once.
      </Confirm>
    </Panel>
  );
}
