import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { plainName } from '../../lib/plain-name.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Page, Panel } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { NewApp } from './new-app.tsx';
import { Registration } from './registration.tsx';

/** The administrator's page: which applications there are, and how others may come to be known. */
export function OAuth2AppsPage() {
  const [creating, setCreating] = useState(false);
  const { data, error } = useQuery({
    queryKey: ['oauth2-apps', 'list'],
    queryFn: () => api.oauth2Provider.listApps({ limit: 1000 }),
  });
  return (
    <Page
      title="OAuth2 applications"
      lead="Programs that users of this deployment can allow to act for them."
      actions={
        !creating && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            New application
          </Button>
        )
      }
    >
      {creating && <NewApp onClose={() => setCreating(false)} />}
      <Registration />
      {error && <Failure error={error} />}
      {(data || !error) && (
        <Panel title="Applications" flush>
          {data === undefined ? (
            <Loading />
          ) : data.apps.length === 0 ? (
            <Empty title="There is none yet">
              Most AI agents need none: they register themselves, or publish a document about themselves.
            </Empty>
          ) : (
            <ul className="divide-y divide-line">
              {data.apps.map((app) => (
                <li key={app.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
                  <Link
                    to="/admin/oauth2/$app"
                    params={{ app: app.id }}
                    className="min-w-0 flex-1 basis-48 rounded font-medium [overflow-wrap:anywhere] hover:underline"
                  >
                    <bdi>{plainName(app.name)}</bdi>
                  </Link>
                  <span className="min-w-0 flex-1 basis-64 truncate font-mono text-xs text-muted">
                    {app.callback_url}
                  </span>
                  <span className="text-[13px] text-muted">
                    <Ago time={app.created_at} />
                  </span>
                  <Badge tone={app.kind === 'dcr' ? 'warn' : 'idle'}>
                    {app.kind === 'dcr' ? 'registered itself' : 'entered here'}
                  </Badge>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      )}
    </Page>
  );
}
