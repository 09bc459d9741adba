import type { Workspace } from '@coder/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { workspaceQuery } from '../../queries.ts';

/** A workspace by its owner and name, kept as it is: the server sends it again whenever it changes. */
export function useWorkspace(owner: string, name: string) {
  const client = useQueryClient();
  const query = useQuery(workspaceQuery(owner, name));
  const id = query.data?.id;
  useEffect(() => {
    if (id === undefined) return;
    const events = new EventSource(`/api/v2/workspaces/${id}/watch`);
    events.addEventListener('data', (event: MessageEvent<string>) => {
      const workspace = JSON.parse(event.data) as Workspace;
      client.setQueryData(workspaceQuery(owner, name).queryKey, workspace);
    });
    return () => events.close();
  }, [client, id, owner, name]);
  return query;
}
