import type { OAuth2App } from '@coder/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { plainName } from '../../lib/plain-name.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Loading, Page, Panel } from '../../ui/page.tsx';
import { AppForm, type AppInput } from './app-form.tsx';
import { Secrets } from './secrets.tsx';

export function OAuth2AppPage() {
  const { app: id } = useParams({ from: '/signed-in/shell/admin/oauth2/$app' });
  const { data, error } = useQuery({
    queryKey: ['oauth2-apps', id],
    queryFn: () => api.oauth2Provider.getApp({ app: id }),
  });
  if (data) return <Shown app={data} />;
  return (
    <Page title="Application">
      {error ? (
        <Failure error={error} />
      ) : (
        <Panel flush>
          <Loading />
        </Panel>
      )}
    </Page>
  );
}

function Shown({ app }: { app: OAuth2App }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const forget = () => client.invalidateQueries({ queryKey: ['oauth2-apps'] });
  const update = useMutation({
    // What the form does not show stays as it is.
    mutationFn: (input: AppInput) =>
      api.oauth2Provider.updateApp({ app: app.id, icon: app.icon, scope: app.scope, ...input }),
    onSuccess: forget,
  });
  const remove = useMutation({
    mutationFn: () => api.oauth2Provider.deleteApp({ app: app.id }),
    onSuccess: async () => {
      await navigate({ to: '/admin/oauth2' });
      await forget();
    },
  });
  return (
    <Page
      title={plainName(app.name)}
      lead={
        app.kind === 'dcr'
          ? 'This application registered itself. Nobody has checked that it is what its name says.'
          : 'An administrator has entered this application.'
      }
      actions={<Button onClick={() => setAsked(true)}>Remove</Button>}
    >
      <Panel title="What the application is configured with">
        <dl className="space-y-3">
          {(
            [
              ['Client id', app.id],
              ['Authorization address', app.endpoints.authorization],
              ['Token address', app.endpoints.token],
            ] as const
          ).map(([name, value]) => (
            <div key={name} className="space-y-1">
              <dt className="text-[13px] text-muted">{name}</dt>
              <dd>
                <Copyable value={value} label={name} />
              </dd>
            </div>
          ))}
        </dl>
      </Panel>
      {app.token_endpoint_auth_method !== 'none' && <Secrets app={app.id} />}
      {app.kind === 'preregistered' && (
        <Panel title="Settings">
          <AppForm
            key={app.updated_at}
            app={app}
            action="Save"
            busy={update.isPending}
            error={update.error}
            onSubmit={update.mutate}
          />
        </Panel>
      )}
      <Confirm
        open={asked}
        title={`Remove ${plainName(app.name)}?`}
        action="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsked(false)}
      >
        It is disconnected from every user, at once. This cannot be undone.
      </Confirm>
    </Page>
  );
}
