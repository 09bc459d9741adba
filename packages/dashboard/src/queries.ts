import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import { api, hasStatus } from './api.ts';

let onSignedOut = () => {};

/** Says what to do when the server no longer knows the session. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

function noticeSignedOut(error: unknown): void {
  if (hasStatus(error, 401)) onSignedOut();
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // Nobody being signed in is an answer where just that is asked.
      if (query.queryKey[0] !== 'me' || query.state.data !== undefined) noticeSignedOut(error);
    },
  }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (mutation.options.mutationKey?.[0] !== 'sign-in') noticeSignedOut(error);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 2000,
      // What the server refuses it refuses again; what did not reach it may the next time.
      retry: (count, error) => count < 2 && (hasStatus(error, 0) || hasStatus(error, 503)),
    },
  },
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => api.users.get({ user: 'me' }),
  staleTime: 60_000,
});

/** Whether the deployment has its first user. */
export const hasFirstUserQuery = queryOptions({
  queryKey: ['first-user'],
  queryFn: async () => {
    try {
      await api.users.hasFirst();
      return true;
    } catch (error) {
      if (hasStatus(error, 404)) return false;
      throw error;
    }
  },
});

export const buildInfoQuery = queryOptions({
  queryKey: ['buildinfo'],
  queryFn: () => api.deployment.buildInfo(),
  staleTime: Number.POSITIVE_INFINITY,
});

export const workspacesQuery = (q: string) =>
  queryOptions({
    queryKey: ['workspaces', 'list', q],
    queryFn: () => api.workspaces.list({ q, limit: 1000 }),
    refetchInterval: 3000,
    placeholderData: keepPreviousData,
  });

export const metricsQuery = (q: string) =>
  queryOptions({
    queryKey: ['workspaces', 'metrics', q],
    queryFn: () => api.workspaces.metrics({ q, limit: 1000 }),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });

export const workspaceQuery = (owner: string, name: string) =>
  queryOptions({
    queryKey: ['workspaces', 'one', owner, name],
    queryFn: () => api.workspaces.getByName({ user: owner, name }),
  });

export const approvalsQuery = (user: string) =>
  queryOptions({
    queryKey: ['approvals', 'list', user],
    queryFn: () => api.approvals.list({ user, limit: 100 }),
    refetchInterval: 3000,
  });

/** How many requests wait for this user. */
export const waitingApprovalsQuery = queryOptions({
  queryKey: ['approvals', 'waiting'],
  queryFn: async () => (await api.approvals.list({ status: 'pending', limit: 1 })).count,
  refetchInterval: 5000,
});

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: ['approvals', 'one', id],
    queryFn: () => api.approvals.get({ approval: id }),
    // What is over stays as it is.
    refetchInterval: ({ state }) =>
      state.data && ['used', 'expired', 'denied'].includes(state.data.status) ? false : 2000,
  });

export const ownPolicyQuery = queryOptions({
  queryKey: ['approval-policy', 'me'],
  queryFn: () => api.approvals.getUserPolicy({ user: 'me' }),
});

export const deploymentPolicyQuery = queryOptions({
  queryKey: ['approval-policy', 'deployment'],
  queryFn: () => api.approvals.getPolicy(),
});
