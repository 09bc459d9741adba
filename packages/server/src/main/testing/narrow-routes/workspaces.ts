import { account, build, free, kept, type RouteRow, seen, workspace } from './rows.ts';

/** Workspaces and their builds. */
export const workspacesRows: Record<string, RouteRow> = {
  'workspaces.list': { with: {}, ...free },
  'workspaces.create': {
    of: (ref, { template: { id } }) => ({ user: ref, name: 'new', template_id: id }),
    ...account,
  },
  'workspaces.createInOrganization': {
    of: (ref, { organization, template: { id } }) => ({
      user: ref,
      organization,
      name: 'newer',
      template_id: id,
    }),
    ...account,
  },
  'workspaces.getByName': { at: ({ owner, name }) => ({ user: owner, name }), ...seen },
  'workspaces.get': { ...workspace, ...seen },
  'workspaces.rename': { at: ({ workspace: id }) => ({ workspace: id, name: 'alpha' }), ...kept },
  'workspaces.builds': { ...workspace, ...seen },
  'workspaces.updateAutostart': { at: ({ workspace: id }) => ({ workspace: id, schedule: null }), ...kept },
  'workspaces.updateTtl': { at: ({ workspace: id }) => ({ workspace: id, ttl_ms: 86_400_000 }), ...kept },
  'workspaces.extend': {
    at: ({ workspace: id }) => ({
      workspace: id,
      deadline: new Date(Date.now() + 7_200_000).toISOString(),
    }),
    ...kept,
  },
  'workspaces.updateAutomaticUpdates': {
    at: ({ workspace: id }) => ({ workspace: id, automatic_updates: 'never' }),
    ...kept,
  },
  'workspaces.getAcl': { ...workspace, ...seen },
  'workspaces.updateAcl': {
    at: ({ workspace: id }, { member: { id: other } }) => ({ workspace: id, user_roles: { [other]: '' } }),
    ...kept,
  },
  'workspaces.deleteAcl': { ...workspace, ...kept },
  'workspaces.portShares': { ...workspace, ...seen },
  // Which agents there are is told to who may share it.
  'workspaces.updatePortShare': {
    at: ({ workspace: id }) => ({ workspace: id, agent_name: 'none', port: 80, share_level: 'public' }),
    ...kept,
    whole: 'VALIDATION_FAILED',
  },
  // It is not shared.
  'workspaces.deletePortShare': {
    at: ({ workspace: id }) => ({ workspace: id, agent_name: 'main', port: 80 }),
    ...kept,
    whole: 'NOT_FOUND',
  },
  'workspaces.favorite': { ...workspace, ...kept },
  'workspaces.unfavorite': { ...workspace, ...kept },
  'workspaces.reportUsage': { ...workspace, ...kept },
  'workspaces.resolveAutostart': { ...workspace, ...seen },
  'workspaces.readiness': { ...workspace, ...seen },
  'workspaces.metrics': { with: {}, ...free },
  'workspaces.timings': { ...workspace, ...seen },
  'workspaces.updateDormancy': { at: ({ workspace: id }) => ({ workspace: id, dormant: false }), ...kept },

  'builds.get': { ...build, ...seen },
  'builds.getByNumber': { at: ({ owner, name }) => ({ user: owner, name, number: 1 }), ...seen },
  'builds.cancel': { ...build, ...kept, whole: 'CONFLICT' },
  'builds.logs': { ...build, ...seen },
  'builds.parameters': { ...build, ...seen },
  'builds.resources': { ...build, ...seen },
  'builds.timings': { ...build, ...seen },
  'builds.state': { ...build, ...kept, whole: 'INSUFFICIENT_SCOPE' },
  'builds.updateState': {
    at: ({ build: id }) => ({ build: id, state: 'e30=' }),
    ...kept,
    whole: 'INSUFFICIENT_SCOPE',
  },
};
