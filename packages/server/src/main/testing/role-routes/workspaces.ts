import { who } from '../role-world.ts';
import { free, kept, misplaced, type RoleRow, readers, seen, showsPlace, templateAdmins } from './rows.ts';

/** Workspaces and their builds. */
export const workspacesRows: Record<string, RoleRow> = {
  'workspaces.list': { answers: free, shows: showsPlace },
  'workspaces.create': {
    answers: who('VALIDATION_FAILED', ['FORBIDDEN', ['organization-workspace-creation-ban']]),
    with: ({ narrow }) => ({ user: 'me', name: 'new', template_id: narrow.template.id, ...misplaced }),
  },
  // For somebody else. To those elsewhere the template does not exist.
  'workspaces.createInOrganization': {
    answers: who('FORBIDDEN', ['VALIDATION_FAILED', ['owner', 'organization-admin', 'elsewhere']]),
    with: ({ narrow: { organization, template } }) => ({
      user: 'victim',
      organization,
      name: 'new',
      template_id: template.id,
      ...misplaced,
    }),
  },
  'workspaces.getByName': { answers: seen },
  'workspaces.get': { answers: seen },
  'workspaces.rename': {
    answers: kept(),
    with: ({ place }) => ({ workspace: place.workspace, name: place.name }),
  },
  'workspaces.builds': { answers: seen },
  // What it asks for is refused only to those who may start it.
  'workspaces.createBuild': {
    answers: who(
      'NOT_FOUND',
      ['VALIDATION_FAILED', ['owner', 'organization-admin', 'own', 'use', 'admin']],
      ['FORBIDDEN', readers],
    ),
    with: ({ place }) => ({ workspace: place.workspace, transition: 'start', dry_run: true }),
  },
  'workspaces.updateAutostart': { answers: kept() },
  'workspaces.updateTtl': { answers: kept() },
  'workspaces.extend': { answers: kept() },
  'workspaces.updateAutomaticUpdates': { answers: kept() },
  // A mark in the list of its owner.
  'workspaces.favorite': { answers: who('NOT_FOUND', ['ok', ['own']], ['FORBIDDEN', readers]) },
  'workspaces.unfavorite': { answers: who('NOT_FOUND', ['ok', ['own']], ['FORBIDDEN', readers]) },
  'workspaces.reportUsage': { answers: kept() },
  'workspaces.resolveAutostart': { answers: seen },
  'workspaces.readiness': { answers: seen },
  'workspaces.timings': { answers: seen },
  'workspaces.updateDormancy': { answers: kept() },
  'workspaces.metrics': { answers: free, shows: showsPlace },
  'workspaces.getAcl': { answers: seen },
  // Who manages workspaces without entering them lets nobody in.
  'workspaces.updateAcl': {
    answers: who('NOT_FOUND', ['ok', ['owner', 'own', 'admin']], ['FORBIDDEN', readers]),
    with: ({ place, victim: { id } }) => ({ workspace: place.workspace, user_roles: { [id]: 'use' } }),
    after: (world) => world.share(),
  },
  'workspaces.deleteAcl': { answers: kept(), after: (world) => world.share() },
  'workspaces.portShares': { answers: seen },
  'workspaces.updatePortShare': {
    answers: who('NOT_FOUND', ['VALIDATION_FAILED', ['owner', 'own', 'admin']], ['FORBIDDEN', readers]),
  },
  'workspaces.deletePortShare': {
    answers: kept(),
    async with({ owner, narrow: { template }, place: { workspace } }) {
      const share = { workspace, agent_name: 'main', port: 80 };
      await owner.templates.update({ template: template.id, max_port_share_level: 'organization' });
      await owner.workspaces.updatePortShare({ ...share, share_level: 'organization' });
      return share;
    },
  },

  'builds.get': { answers: seen },
  'builds.getByNumber': { answers: seen },
  'builds.cancel': { answers: kept('CONFLICT') },
  'builds.logs': { answers: seen },
  'builds.parameters': { answers: seen },
  'builds.resources': { answers: seen },
  'builds.timings': { answers: seen },
  'builds.state': { answers: who('NOT_FOUND', ['ok', templateAdmins], ['FORBIDDEN', readers]) },
  'builds.updateState': { answers: who('NOT_FOUND', ['ok', templateAdmins], ['FORBIDDEN', readers]) },
};
