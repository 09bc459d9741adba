import type { Transition, Workspace } from '@coder/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Confirm } from '../../ui/confirm.tsx';

export const transitionText: Record<Transition, string> = { start: 'Start', stop: 'Stop', delete: 'Delete' };

/**
 * Starting begins at once; stopping and deleting are asked about first. Returns what begins a transition, and the question
 * to be put somewhere on the page.
 */
export function useTransition(workspace: Workspace, onDone?: (transition: Transition) => void) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<Transition>();
  const build = useMutation({
    mutationFn: (transition: Transition) =>
      api.workspaces.createBuild({ workspace: workspace.id, transition, reason: 'dashboard' }),
    onSuccess: async (_build, transition) => {
      await client.invalidateQueries({ queryKey: ['workspaces'] });
      setAsked(undefined);
      onDone?.(transition);
    },
  });
  const begin = (transition: Transition) => {
    build.reset();
    if (transition === 'start') build.mutate(transition);
    else setAsked(transition);
  };
  const question = (
    <Confirm
      open={asked !== undefined}
      title={`${asked ? transitionText[asked] : ''} ${workspace.name}?`}
      action={asked ? transitionText[asked] : ''}
      danger={asked === 'delete'}
      busy={build.isPending}
      error={build.error}
      onConfirm={() => asked && build.mutate(asked)}
      onClose={() => setAsked(undefined)}
    >
      {asked === 'delete'
        ? 'The workspace and every file in it are removed. This cannot be undone.'
        : 'Commands and AI agents that run in it are ended. Its files stay.'}
    </Confirm>
  );
  return { begin, question, pending: build.isPending, error: asked === undefined ? build.error : null };
}
